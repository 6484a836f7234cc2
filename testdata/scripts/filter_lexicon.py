#!/usr/bin/env python3
"""Make filter/toxic/lexicon/*.txt from the word lists of LDNOOBW.

    filter_lexicon.py LISTS OUT

LISTS holds one file a language (en.txt, zh.txt, ...) of LDNOOBW's "List of
Dirty, Naughty, Obscene, and Otherwise Bad Words" (CC-BY-4.0). An output line is
"weight TAB phrase". Changes made here, as the licence asks to say: words of
everyday use are left out (EVERYDAY), anatomical, medical and otherwise
ambiguous words weigh 0.25 (MILD), the words of lists that nobody here read weigh
0.5, the rest 1; English words of weight 1 have a plural, a few verbs their forms;
entries are lower-cased, sorted and made unique. The list of Quebec is part of the
French one, which leaves 26 languages.
"""
import sys
from pathlib import Path

EVERYDAY = {
    "en": "domination|escort|how to kill|how to murder|huge fat|suck|sucks|xx|dvda|dp action|girl on|taste my|tied up|"
          "big black|tongue in a|tight white|wrapping men|leather restraint|make me come|santorum|scat|snatch|swinger|"
          "playboy|bareback|bondage|poof|poon|mong|coon|coons|blonde action|brunette action|prince albert piercing|"
          "fingering|scissoring|tainted love|undressing|hard core|hardcore|hooker|twinkie|pegging|skeet|cialis|eunuch|"
          "snowballing|voyeur|beaner|topless|grope|cornhole|spastic|rectum|incest|bastardo|clover clamps|dick|suicide girls|"
          "mr hands|pleasure chest|fecal|intercourse|sexuality|sexual|sexually|swastika|neonazi|lolita|negro|s&m|g-spot|"
          "genitals|hooker|bollocks|smut|sadism|mound of venus|strip club|butt",
    "zh": "13.|九游|乳|卵|卵子|奶|奸|姦|性|成人|激情|祖宗|你娘|你全家|他奶奶|你妈|月经|老二|老母|老味|靠背|靠腰|私服|花柳|逼|幹|爛|"
          "野鸡|刚度|几八|机八|双峰微颤|密洞|幾八|吹箫|后庭|撚|柒|鳩|尻|你老闆|笨蛋|笨實|粉腸|处女|包皮|交配|放荡|湿透的内裤|"
          "懒教|乳房|玉杵|精子|口肯|鬼公|肥西|迷药|打飞机|逼样|塞你老师|驶你老师|十三点|13点|机机歪歪|妈妈的|扒光|撒尿|性无能|"
          "瓜娃子|干你良|日批|妓院|阴部|外阴|阴道|阴茎|陰莖|性器|生殖器|白烂",
    "de": "rosette|popel|lümmel|möpse|muschi|bonze|mufti|ische|kimme|nackt|reudig|schnackeln|bimbo|fick|vollpfosten",
    "fr": "baiser|bander|bourré|bourrée|con|folle|gerbe|gerber|grande folle|gueule|jouir|pédale|péter|pipi|suce|tanche|"
          "trique|ramoner|calice|chatte|meuf|bite|tapette|tringler|ménage à trois|bloblos",
    "es": "asno|concha|drogas|fiesta de salchichas|heroína|idiota|imbécil|infierno|maldito|martillo|nazi|orina|pis|"
          "racista|trio|asesinato|haciendo el amor|caca|pinche|verga|sádico|maciza",
    "it": "balle|battere|biga|cadavere|cozza|fava|finocchio|ingoio|mona|monta|montare|mussa|nave scuola|padulo|palle|"
          "patacca|pesce|pompa|pisello|quaglia|regina|sbattere|sega|spagnola|tirare|vacca|vangare|zio cantante|tette|"
          "brinca|casci|cagna|bagnarsi|cornuto|cesso|porco|topa|sbattersi|goldone|battona|imbecille|pippa|potta|picio",
    "pt": "aborto|amador|aranha|ariano|bissexual|burro|cerveja|comer|corno|frango assado|heroína|heterosexual|"
          "homosexual|inferno|lésbica|mama|passar um cheque|pau|pinto|saco|torneira|veado|cocaína|consolo|homem gay|lolita|"
          "cona|camisinha|coito|fecal|vadia|boob|balalao|cacete|gozar|sacanagem|dum raio|bicha|chupar|vibrador",
    "ru": "byk|gol|uboy|бугор|голый|какая разница|мент|фига|хрен|хапать|хохол|другой дразнится|играть на кожаной флейте|"
          "курите мою трубку|секс|обнаженный|ты мне ваньку не валяй|петух|лысого в кулаке гонять|padlo|petuh|на фиг",
    "ja": "いたずら|エスコート|グロ|カント|しばり|スリット|デブ|ファンタジー|フック|ぽっちゃり|ラバー|ローター|嫌い|拷問|殺人事件|支配|"
          "女の子|女王様|女子高生|女装|人妻|人種|挿入|脱衣|奴隷|平手打ち|変態|誘惑|裸|卍|宦官|直腸|糞|噴出|両性|両刀|xx|sm|3p|ゴックン|"
          "なめ|バック・スタイル|覗き|縛り|コカイン|ファック|エクスタシー|ラティーナ|ディック|フィスト|スラット|ボーイズラブ|殺し方|殺人方法|玉なめ|巨根|肛門|膣|乳首|お尻|おしり|オシリ|エッチ|ホモ|ランジェリー|生殖器|性交|射精|精液|緊縛",
    "nl": "aardappels afgieten|achter het raam zitten|afrossen|aftrekken|anita|aso|balen|bekken|beurt|boemelen|de ballen|"
          "de hond uitlaten|del|draaikont|drol|eikel|een beurt geven|gat|griet|hol|kanen|knor|kont|matje|mof|muts|naaien|"
          "nicht|paal|palen|pijpen|pik|poep|poepen|poot|pot|publiciteitsgeil|raaskallen|rukken|schatje|spuiten|standje|"
          "stootje|toeter|watje|zaadje|zuigen|stront|bekken|naakt|huisdealer|wippen|gras maaien|johny|klooien|flikken|"
          "afberen|afzuigen|hoempert|reutelen|vergallen|opzouten|lummel|bedonderen|engerd|kettingzeug|teef|galbak|driehoog achter wonen",
}
MILD = {
    "en": "anal|anus|ass|bastard|bdsm|big breasts|boob|boobs|butt|clitoris|cock|cocks|coprophilia|ejaculation|erotic|erotism|"
          "fellatio|genitals|homoerotic|horny|kinky|masturbate|masturbating|masturbation|nipple|nipples|nude|nudity|orgasm|"
          "orgy|paedophile|pedophile|panties|panty|penis|porn|porno|pornography|rape|raping|rapist|date rape|semen|sex|sexo|"
          "sexy|sodomy|sodomize|tit|vagina|viagra|vibrator|vulva|zoophilia|white power|wet dream|busty|bullshit|shit|boner|"
          "nsfw|xxx|phone sex|barely legal|group sex|gay sex|threesome|topless|milf|hand job",
    "zh": "乳头|小乳头|妓|妓女|招妓|嫖娼|嫖客|卖淫|军妓|强奸|轮奸|鸡奸|射精|性交|性爱|做爱|色情|情色|淫秽|口交|肛交|阳萎|龟头|阴唇|阴户|"
          "阴核|阴毛|阳具|叫床|白痴|白癡|姘头|屁股|杂种|三级片|下贱|狗屁|淫",
    "de": "nackt|nippel|orgasmus|penis|porno|onanieren",
    "fr": "clitoris|clito|nègre|caca|bordel|cul|chiottes|zizi",
    "es": "semen|sexo|sexo oral|vulva|prostituta|esperma|pezón|travesti|pervertido|pedo|culo|coprofagía",
    "it": "anale|merda|culo|cacca|pipì|guardone|ruffiano|bordello",
    "pt": "clitoris|pênis|ânus|merda|homoerótico|cu",
    "ru": "половое сношение|дерьмо|говно",
    "ja": "アナル|エロティック|オーガズム|セックス|ヌード|ペニス|ポルノ|レイプ|レズビアン|強姦犯|売春婦|児童性虐待|クリトリス|マスターベーション|近親相姦|幼児性愛者",
    "nl": "poep|shit|hoer|sufferd",
}


CODES = {"no": "nb", "fil": "tl", "fr-CA-u-sd-caqc": "fr"}


def main(lists, out):
    entries = {}
    for path in sorted(Path(lists).glob("*.txt")):
        words = entries.setdefault(CODES.get(path.stem, path.stem), set())
        words |= {w.strip().lower() for w in path.read_text(encoding="utf-8").splitlines()}
    for code, words in entries.items():
        everyday = set(EVERYDAY.get(code, "").split("|"))
        mild = set(MILD.get(code, "").split("|"))
        weight = 1.0 if code in EVERYDAY else 0.5
        words = {w: 0.25 if w in mild else weight for w in words - {""} - everyday}
        if code == "en":  # the list has few inflected forms
            more = {w + "s": v for w, v in words.items() if v == 1 and w.isalpha() and len(w) > 3 and not w.endswith("s")}
            more |= {stem + end: 1.0 for stem in ("fuck", "wank", "motherfuck") for end in ("s", "ed", "er", "ers", "ing", "in")}
            words = more | words
        lines = [f"{words[w]}\t{w}\n" for w in sorted(words)]
        Path(out, code + ".txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
