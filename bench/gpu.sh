#!/usr/bin/env bash
# The trainer on a GPU, in two halves, so that the machine with the GPU needs no
# Go and no compiler, only a Python torch of the same version.
#
#   LIBTORCH=.../site-packages/torch bench/gpu.sh build DIR    here: fit gotch to that torch, build into DIR
#   DIR/gpu.sh run                                             there: tests on the GPU, tokens per second of both
set -euo pipefail

build() {
  mkdir -p "$1"
  GOWORK=off go run ./trainer/torch/fit
  go build -tags torch -ldflags=-s -o "$1/corpus" ./cmd/corpus
  go test -c -tags torch -ldflags=-s -o "$1/torch.test" ./trainer/torch
  mkdir -p "$1/testdata"
  cp trainer/torch/testdata/*.json "$1/testdata/"
  cp bench/gpu.sh bench/torch_step.py "$1/"
}

# The libraries of the torch of python3 there go before those of the build.
libraries() {
  python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0] + "/lib")'
}

run() {
  cd "$(dirname "$0")"
  LD_LIBRARY_PATH=$(libraries)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH CORPUS_DEVICE=cuda
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  python3 -c 'import torch, transformers; print("torch", torch.__version__, "transformers", transformers.__version__)'
  ./torch.test
  ./torch.test -test.run '^$' -test.bench Step -test.benchtime 20x | grep tokens/s
  for p in float32 tf32 bf16; do
    python3 torch_step.py --device cuda --precision "$p"
  done
  python3 torch_step.py --device cuda --precision bf16 --compile gpt2-base bert-base
}

case "${1:-}" in
build) build "$2" ;;
run) run ;;
*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac
