#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/FunctionRef.h>
#include <torch/distributions/core/distribution.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>
#include <vector>

/// The families that are measured, one entry each. benchmark/families.py has the same for Python.
namespace bench {

namespace dist = torch::distributions;
using at::Tensor;
using Tensors = std::vector<Tensor>;

/// How a value or a parameter is filled.
struct Input {
  /// Fills a tensor in place. A temporary would raise the peak that `benchmark_memory` starts from.
  std::function<void(Tensor&)> fill;
  /// Sizes of the last dimensions, which belong to one distribution.
  std::vector<int64_t> event = {};
  enum class Kind : char { kReal, kDiscrete, kIndex } kind = Kind::kReal;
};

/// Builds a family's distribution from its parameters.
class Maker {
 public:
  using Use = c10::function_ref<Tensor(const dist::Distribution&)>;

  template <class Make>
    requires std::is_invocable_v<Make, const Tensors&>
  Maker(Make make)  // NOLINT(google-explicit-constructor)
      : kept_(
            [make](const Tensors& parameters) { return dist::DistributionPtr(make(parameters)); }),
        with_([make](const Tensors& parameters, Use use) { return use(make(parameters)); }) {}

  dist::DistributionPtr kept(const Tensors& parameters) const { return kept_(parameters); }

  /// Calls `use` with a distribution on the stack, where a program would have it.
  Tensor with(const Tensors& parameters, Use use) const { return with_(parameters, use); }

 private:
  std::function<dist::DistributionPtr(const Tensors&)> kept_;
  std::function<Tensor(const Tensors&, Use)> with_;
};

/// The textbook's formulas in tensor operations, as in Python's module and in programs without this
/// library. Nothing is validated.
struct Composed {
  /// `p` holds the parameters.
  Tensor (*log_prob)(const Tensor& x, const Tensors& p);
  /// Draws `count` values of one distribution, or one value of each if `count` is 0.
  Tensor (*sample)(const Tensors& p, int64_t count);
  Tensor (*entropy)(const Tensors& p) = nullptr;
  Tensor (*kl)(const Tensors& p, const Tensors& q) = nullptr;
  /// Computes once what a program would reuse, as a constructor does. The functions above take its
  /// result.
  Tensors (*prepare)(const Tensors& p) = [](const Tensors& p) { return p; };
};

struct Family {
  std::string_view name;
  Input value;
  std::vector<Input> parameters;
  Maker make;
  Composed composed;
};

const std::vector<Family>& families();

}  // namespace bench
