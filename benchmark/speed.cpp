// Times the named cases: benchmark_speed Normal/log_prob/ours/float/full/4096/1 ...

#include <ATen/ops/allclose.h>
#include <ATen/ops/empty.h>
#include <benchmark/benchmark.h>
#include <torch/version.h>

#include <cstdint>
#include <exception>
#include <iostream>
#include <utility>

#include "cases.h"

namespace {

/// Whether a composed formula and the library give different results. Its time is then meaningless.
bool disagrees(const bench::Key& key, const bench::Case& measured) {
  if (key.implementation != "composed" || key.elements > 4096 || key.operation == "sample" ||
      key.operation == "backward") {
    return false;
  }
  bench::Key ours = key;
  ours.implementation = "ours";
  return !at::allclose(measured.run(), bench::Case(ours).run(), 1e-3, 1e-4);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::AddCustomContext("libtorch", TORCH_VERSION);
  benchmark::Initialize(&argc, argv);
  try {
    // After it has freed a large block, glibc keeps freed memory instead of returning it to the
    // system, as in a program that has run for a while. python_side.py does the same.
    at::empty(int64_t{30} << 20, at::kByte);
    for (int i = 1; i < argc; ++i) {
      const auto measure = [key = bench::Key::parse(argv[i]),
                            warm = false](benchmark::State& state) mutable {
        const bench::Case measured(key);
        if (!measured) return state.SkipWithError("nothing to measure");
        if (!warm && disagrees(key, measured)) {
          return state.SkipWithError("another result than ours");
        }
        if (!std::exchange(warm, true)) measured.run();
        for (auto _ : state) benchmark::DoNotOptimize(measured.run());
      };
      benchmark::RegisterBenchmark(argv[i], measure)->UseRealTime()->Unit(benchmark::kMicrosecond);
    }
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
