#!/usr/bin/env python3
"""Make filter/recipe/fineweb2.tsv: the limits and stop words of FineWeb-2 for the
languages that corpus tells.

    git clone https://github.com/huggingface/fineweb-2 && git -C fineweb-2 checkout d0defb2
    pip install pyyaml
    python3 testdata/scripts/filter_fineweb2.py fineweb-2 > filter/recipe/fineweb2.tsv

Of the configurations of a language the one with the most words in FineWeb-2 is
taken; Serbian has the stop words of both of its scripts. FineWeb-2 is under the Apache License 2.0.
"""
import subprocess
import sys

import yaml

COMMIT = "d0defb2"
CONFIGS = dict(pair.split("=") for pair in """
af=afr_Latn sq=als_Latn ar=arb_Arab hy=hye_Armn az=azj_Latn eu=eus_Latn be=bel_Cyrl bn=ben_Beng nb=nob_Latn
bs=bos_Latn bg=bul_Cyrl ca=cat_Latn zh=cmn_Hani hr=hrv_Latn cs=ces_Latn da=dan_Latn nl=nld_Latn eo=epo_Latn
et=ekk_Latn fi=fin_Latn fr=fra_Latn lg=lug_Latn ka=kat_Geor de=deu_Latn el=ell_Grek gu=guj_Gujr he=heb_Hebr
hi=hin_Deva hu=hun_Latn is=isl_Latn id=ind_Latn ga=gle_Latn it=ita_Latn ja=jpn_Jpan kk=kaz_Cyrl ko=kor_Hang
la=lat_Latn lv=lvs_Latn lt=lit_Latn mk=mkd_Cyrl ms=zsm_Latn mi=mri_Latn mr=mar_Deva mn=khk_Cyrl nn=nno_Latn
fa=fas_Arab pl=pol_Latn pt=por_Latn pa=pan_Guru ro=ron_Latn ru=rus_Cyrl sr=srp_Cyrl+srp_Latn sn=sna_Latn sk=slk_Latn
sl=slv_Latn so=som_Latn st=sot_Latn es=spa_Latn sw=swh_Latn sv=swe_Latn tl=fil_Latn ta=tam_Taml te=tel_Telu
th=tha_Thai ts=tso_Latn tn=tsn_Latn tr=tur_Latn uk=ukr_Cyrl ur=urd_Arab vi=vie_Latn cy=cym_Latn xh=xho_Latn
yo=yor_Latn zu=zul_Latn kn=kan_Knda ml=mal_Mlym si=sin_Sinh lo=lao_Laoo km=khm_Khmr my=mya_Mymr
""".split())
COLUMNS = "code config dup_lines top_2 top_3 top_4 dup_5 dup_6 dup_7 dup_8 dup_9 dup_10 line_punct max_word min_word alpha list_ratio stop_words"


def config(repo, name):
    text = subprocess.run(["git", "-C", repo, "show", f"{COMMIT}:configs/{name}.yml"], check=True, capture_output=True).stdout
    return yaml.safe_load(text)


def row(code, name, c):
    top, dup = dict(c["top_n_grams"]), dict(c["dup_n_grams"])
    assert sorted(top) == [2, 3, 4] and sorted(dup) == [5, 6, 7, 8, 9, 10], name
    words = [w for w in c["stopwords"] if isinstance(w, str)]  # YAML's true and false are no words
    assert not any(set(w) & set(" \t\n") for w in words) and len(words) <= 64, name
    numbers = [c["dup_line_frac"], *(top[n] for n in sorted(top)), *(dup[n] for n in sorted(dup)), c["line_punct_thr"],
               c["max_avg_word_length"], c["min_avg_word_length"], c["max_non_alpha_words_ratio"], c["new_line_ratio"]]
    return "\t".join([code, name, *map(str, numbers), " ".join(words)])


def main():
    print(f"# FineWeb-2 at commit {COMMIT}, configs/*.yml; Apache License 2.0. Made by testdata/scripts/filter_fineweb2.py.")
    print("#" + COLUMNS.replace(" ", "\t"))
    for code, name in sorted(CONFIGS.items()):
        first, *more = [config(sys.argv[1], n) for n in name.split("+")]
        for c in more:
            first["stopwords"] += c["stopwords"]
        print(row(code, name, first))


if __name__ == "__main__":
    main()
