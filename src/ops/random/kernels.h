#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"
#include "ops/random/draw.h"

namespace torch::distributions::ops::random {

/// Consecutive elements of a draw, and where to write them.
struct Fill {
  Draw draw;
  std::uint64_t first;  ///< The element of the draw that is written first.
  std::int64_t count;
  void* to;
  /// The numbers are scale x + location, with x of the standard distribution, between two limits.
  double location = 0, scale = 1;
  double least = -__builtin_inf(), greatest = __builtin_inf();
};

/// Consecutive elements of trials.
struct Trials {
  Draw draw;
  std::uint64_t first;
  std::int64_t count;
  void* to;
  const void* p;   ///< Probabilities of success, of type float or double.
  bool is_shared;  ///< Whether there is one probability, for all elements.
};

/// Consecutive elements low + x, with x uniform in [0, range). A range of 0 stands for 2^64.
struct Integers {
  Draw draw;
  std::uint64_t first;
  std::int64_t count;
  std::int64_t* to;
  std::uint64_t low, range;
};

/// The kernels of one instruction set, indexed by dtype (float, double). All have the same bits.
struct Kernels {
  using Run = void (*)(const Fill& fill);
  Run uniform[2], normal[2], exponential[2], cauchy[2], log_normal[2];
  Run laplace[2], gumbel[2], logistic[2];
  Run geometric[2];                               // `scale` is the probability of success
  void (*bernoulli[2][2])(const Trials& trials);  // by the dtype of the result, and that of p
  void (*integers)(const Integers& integers);
};

/// Defined by kernels.cpp, which is compiled for each instruction set.
template <class Isa>
const Kernels& kernels_of();
template <>
const Kernels& kernels_of<engine::isa::DEFAULT>();
template <>
const Kernels& kernels_of<engine::isa::AVX2>();
template <>
const Kernels& kernels_of<engine::isa::AVX512>();

/// The kernels for the instruction set in use.
const Kernels& kernels();

}  // namespace torch::distributions::ops::random
