// Times draws of floats, named as in benchmark/sampling.py: benchmark_sampling Normal/stream/1 ...
// The parts of a name are the case, where the draws come from (`stream`: a Philox stream;
// `libtorch`: LibTorch's generator), and the number of threads.

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>
#include <c10/core/InferenceMode.h>
#include <torch/distributions.h>
#include <torch/version.h>

#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace dist = torch::distributions;
using at::Tensor;

constexpr int64_t kDraws = 1'000'000;

struct Draws {
  dist::DistributionPtr of;
  std::vector<int64_t> shape;
};

Tensor number(double x) { return at::scalar_tensor(x, at::kFloat); }
Tensor logits(at::IntArrayRef sizes) {
  return at::linspace(-2, 2, c10::multiply_integers(sizes), at::kFloat).reshape(sizes);
}

const std::map<std::string, Draws>& cases() {
  static const std::vector<int64_t> many{kDraws}, rows{kDraws / 10};
  static const Tensor zero = number(0), one = number(1);
  static const std::map<std::string, Draws> all{
      {"Bernoulli", {dist::Bernoulli(dist::probs(number(0.3))), many}},
      {"Beta", {dist::Beta(number(2), number(3)), many}},
      {"Binomial, 100 trials", {dist::Binomial(number(100), dist::probs(number(0.3))), many}},
      {"Categorical, 10 categories", {dist::Categorical(dist::logits(logits({10}))), many}},
      {"Categorical, 8 rows of 50,000 logits",
       {dist::Categorical(dist::logits(logits({8, 50000}))), {}}},
      {"Cauchy", {dist::Cauchy(zero, one), many}},
      {"Dirichlet, 10 categories", {dist::Dirichlet(at::full({10}, 1.5, at::kFloat)), rows}},
      {"Exponential", {dist::Exponential(one), many}},
      {"Gamma", {dist::Gamma(number(2.5), one), many}},
      {"Gamma, concentration 0.1", {dist::Gamma(number(0.1), one), many}},
      {"Geometric", {dist::Geometric(dist::probs(number(0.3))), many}},
      {"Gumbel", {dist::Gumbel(zero, one), many}},
      {"Laplace", {dist::Laplace(zero, one), many}},
      {"LogNormal", {dist::LogNormal(zero, one), many}},
      {"Multinomial, 1000 trials, 10 categories",
       {dist::Multinomial(1000, dist::logits(logits({10}))), {1000}}},
      {"MultivariateNormal, 64 dimensions",
       {dist::MultivariateNormal(at::zeros({64}, at::kFloat),
                                 dist::scale_tril(at::eye(64, at::kFloat))),
        {kDraws / 64}}},
      {"Normal", {dist::Normal(zero, one), many}},
      {"Pareto", {dist::Pareto(one, number(2)), many}},
      {"Poisson, rate 4", {dist::Poisson(number(4)), many}},
      {"Poisson, rate 100", {dist::Poisson(number(100)), many}},
      {"StudentT", {dist::StudentT(number(5)), many}},
      {"Uniform", {dist::Uniform(zero, one), many}},
      {"VonMises", {dist::VonMises(zero, number(4)), many}},
      {"Weibull", {dist::Weibull(one, number(2)), many}},
      {"one Bernoulli", {dist::Bernoulli(dist::probs(number(0.3))), {}}},
      {"one Categorical", {dist::Categorical(dist::logits(logits({10}))), {}}},
      {"one Exponential", {dist::Exponential(one), {}}},
      {"one Normal", {dist::Normal(zero, one), {}}},
      {"one Uniform", {dist::Uniform(zero, one), {}}},
  };
  return all;
}

void measure(benchmark::State& state, const std::string& text) {
  std::istringstream in(text);
  std::string name, source, threads;
  std::getline(in, name, '/');
  std::getline(in, source, '/');
  std::getline(in, threads);
  const Draws& draws = cases().at(name);
  std::optional<at::Generator> generator;
  if (source == "stream") generator = dist::Philox(7);
  at::set_num_threads(std::stoi(threads));
  const c10::InferenceMode without_graph;
  for (auto _ : state) benchmark::DoNotOptimize(draws.of->sample(draws.shape, generator));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::AddCustomContext("libtorch", TORCH_VERSION);
  benchmark::Initialize(&argc, argv);
  try {
    at::empty(int64_t{30} << 20, at::kByte);  // see speed.cpp
    for (int i = 1; i < argc; ++i) {
      benchmark::RegisterBenchmark(argv[i], measure, std::string(argv[i]))
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
