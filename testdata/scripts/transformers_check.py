"""Opens finished runs with transformers and compares what it computes with corpus.

    python3 -m venv venv
    venv/bin/pip install torch transformers pyarrow      (tried: 2.15.0, 5.24.0 and 4.57.6)
    venv/bin/python testdata/scripts/transformers_check.py bin/corpus WORKSPACE

For every run under WORKSPACE/runs that is finished:
  bert, roberta
        the probabilities that `corpus generate` gives for the words of a mask
  gpt2, bloom
        the validation loss of the last step, over all that is held out, which
        depends on every logit; and a greedy continuation
  t5    a greedy answer, through the encoder, both decoders and the cache
  bart  the same, of a text with a mask
The same answers have to come of pipeline("fill-mask"), pipeline("text-generation")
and generate, which know nothing but the folder.
Ends with status 1 when a number is off by more than 1e-4, or a token differs.
"""

import json
import pathlib
import subprocess
import sys

import pyarrow as pa
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

PROMPTS = {"mlm": "The caller must <mask> the file when it is no longer needed.",
           "clm": "The function returns", "denoise": "The caller must <mask> the file when it is no longer needed.",
           "span": "It returns <extra_id_0> if the file does not exist."}
NEW = 12


def generate(corpus, workspace, run, prompt, *flags):
    out = subprocess.run([corpus, "generate", "-C", workspace, "--run", run, "--prompt", prompt, "--json", *flags],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def masked(folder, said, tok):
    """The largest difference of a probability."""
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    ids = tok.encode(PROMPTS["mlm"], add_special_tokens=False)
    row = torch.tensor([[tok.cls_token_id, *ids, tok.sep_token_id]])
    p = model(row).logits.softmax(-1)[0, 1 + ids.index(tok.mask_token_id)].tolist()
    by_text = {tok.decode([i]): v for i, v in reversed(list(enumerate(p)))}
    return max(abs(by_text[w["text"]] - w["p"]) for w in said["masks"][0])


def stream(workspace, eos):
    """The validation tokens, each document followed by the end token."""
    ids = []
    for name in sorted(pathlib.Path(workspace, "data/shards/valid").glob("part-*.arrow")):
        for doc in pa.ipc.open_stream(name).read_all()["input_ids"].to_pylist():
            ids += doc + [eos]
    return torch.tensor(ids)


def held_out(model, workspace, seq_len, eos):
    """The mean loss of all tokens, each predicted from those of its row before it and
    from the one before the row, as the last step evaluates."""
    ids = stream(workspace, eos)
    before, total = torch.cat([torch.tensor([eos]), ids[:-1]]), 0.0
    for x, y in zip(before.split(seq_len), ids.split(seq_len)):
        total += torch.nn.functional.cross_entropy(model(x[None]).logits[0], y, reduction="sum").item()
    return total / len(ids)


def greedy(step, ids, banned, eos):
    """NEW tokens, one whole pass a token, without a cache."""
    out = []
    while len(out) < NEW:
        logits = step(ids + out)
        logits[banned] = -torch.inf
        best = int(logits.argmax())
        if best == eos:
            break
        out.append(best)
    return out


def causal(folder, workspace, said, tok, info):
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    special = info["special"]
    banned = [special[k] for k in ("pad", "bos", "unk", "cls", "sep", "mask")] + special["sentinels"]
    ids = tok.encode(PROMPTS["clm"], add_special_tokens=False)
    want = greedy(lambda x: model(torch.tensor([x])).logits[0, -1], ids, banned, special["eos"])
    lines = pathlib.Path(folder, "metrics.jsonl").read_text().splitlines()
    ours, theirs = json.loads(lines[-1])["valid_loss"], held_out(model, workspace, info["phases"][-1]["spec"]["seq_len"], special["eos"])
    print(f"  validation loss: corpus {ours:.6f}, transformers {theirs:.6f}")
    return abs(ours - theirs), want == said["ids"]


def seq2seq(folder, said, tok, info, objective):
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    special = info["special"]
    banned, before, start = [special[k] for k in ("pad", "unk", "cls", "sep", "mask")], [], [model.config.decoder_start_token_id]
    if objective == "denoise":
        banned += special["sentinels"]
        before, start = [special["bos"]], start + [special["bos"]]
    else:
        banned.append(special["bos"])
    row = torch.tensor([before + tok.encode(PROMPTS[objective], add_special_tokens=False) + [special["eos"]]])
    want = greedy(lambda x: model(input_ids=row, decoder_input_ids=torch.tensor([x])).logits[0, -1], start, banned, special["eos"])
    return want == said["ids"]


def filled(folder, said, info):
    """Whether pipeline("fill-mask") gives the words and their probabilities; reserved ones are none of ours."""
    special = info["special"]
    reserved = {v for v in special.values() if isinstance(v, int)} | set(special["sentinels"] or [])
    pipe, words = pipeline("fill-mask", model=str(folder), tokenizer=str(folder)), said["masks"][0]
    answers = [a for a in pipe(PROMPTS["mlm"], top_k=len(words) + 110) if a["token"] not in reserved]
    return all(pipe.tokenizer.decode([a["token"]]) == w["text"] and abs(a["score"] - w["p"]) <= 1e-4
               for a, w in zip(answers, words, strict=False)) and len(answers) >= len(words)


def continued(folder, said, eos):
    """Whether pipeline("text-generation") gives the same tokens, and text."""
    pipe = pipeline("text-generation", model=str(folder), tokenizer=str(folder))
    how = {"max_new_tokens": NEW, "do_sample": False}
    ids = pipe(PROMPTS["clm"], return_tensors=True, **how)[0]["generated_token_ids"]
    text = pipe(PROMPTS["clm"], return_full_text=False, **how)[0]["generated_text"]
    prompt = pipe.tokenizer(PROMPTS["clm"])["input_ids"]
    ended = said["ids"] + [eos] * (len(said["ids"]) < NEW)
    return list(ids) == prompt + ended and text == pipe.tokenizer.decode(said["ids"])


def answered(folder, said, tok, objective, eos):
    """Whether generate gives the same tokens, behind those that every answer begins with."""
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    out = model.generate(**tok(PROMPTS[objective], return_tensors="pt"), max_new_tokens=NEW + (objective == "denoise"), do_sample=False)[0].tolist()
    return out[1 + (objective == "denoise"):] == said["ids"] + [eos] * (len(said["ids"]) < NEW)


def check(corpus, workspace, folder):
    tok = AutoTokenizer.from_pretrained(folder)
    info = json.loads((folder / "run.json").read_text())
    family, objective = info["config"]["family"], info["phases"][-1]["spec"]["objective"]
    said = generate(corpus, workspace, folder.name, PROMPTS[objective], *([] if objective == "mlm" else ["--max-new", str(NEW)]))
    off, same, eos = 0.0, True, info["special"]["eos"]
    if objective == "mlm":
        off, whole = masked(folder, said, tok), filled(folder, said, info)
    elif objective == "clm":
        (off, same), whole = causal(folder, workspace, said, tok, info), continued(folder, said, eos)
    else:
        same, whole = seq2seq(folder, said, tok, info, objective), answered(folder, said, tok, objective, eos)
    print(f"{folder.name} ({family}): largest difference {off:.1e}, tokens {'equal' if same else 'DIFFER'}, "
          f"the folder alone gives {'the same' if whole else 'OTHERS'}")
    return off <= 1e-4 and same and whole


def main(corpus, workspace):
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    folders = [p.parent for p in sorted(pathlib.Path(workspace, "runs").glob("*/manifest.json"))]
    if not folders:
        sys.exit(f"no finished run in {workspace}/runs")
    with torch.no_grad():
        good = [check(corpus, workspace, f) for f in folders]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
