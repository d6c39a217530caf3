#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"
#include "ops/random/draw.h"

/// The interface of the kernels that draw by rejection, and of others whose elements have parameters
/// of their own. It has no tensors: rejection_kernels.cpp is compiled once for each instruction set.

namespace torch::distributions::ops::random {

/// A parameter: element i has the number i modulo `period`.
template <class T>
struct Operand {
  const T* numbers;
  std::int64_t period;
};

/// Consecutive elements to be drawn.
template <class T>
struct Task {
  Draw draw, other;           // `other` is for kernels that take two draws
  std::uint64_t shift;        // element i of the tensor is element shift + i of the draw
  std::int64_t first, count;  // the elements, counted from the first of the tensor
  Operand<T> parameters[3];   // of elements of the tensor
  std::int64_t columns;       // the length of vectors, of which `first` and `count` are multiples
  double least, most;         // the limits of the results
  T* to;                      // the first of the elements to be drawn
};

/// The kernels of one instruction set for numbers of one type.
template <class T>
struct RejectionKernels {
  using Run = void (*)(const Task<T>& task);
  Run gamma, log_gamma, inverse_gamma, beta, fisher_snedecor, student_t, log_student_t, dirichlet,
      poisson, binomial, von_mises;
};

/// Defined by rejection_kernels.cpp.
template <class Isa, class T>
const RejectionKernels<T>& rejection_kernels_of();

}  // namespace torch::distributions::ops::random
