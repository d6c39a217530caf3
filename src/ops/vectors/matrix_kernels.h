#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"
#include "ops/vectors/row_kernels.h"

/// Functions of small matrices, and of covariances of low rank. All compute in double. Matrices are
/// contiguous, and an L is lower triangular: numbers above its diagonal are not read.

namespace torch::distributions::ops::engine {

/// The largest size of a small matrix, each of which occupies a lane of a register.
inline constexpr int64_t kMostMatrixSize = 4;

/// Bartlett's decomposition X = L B B^T L^T of matrices X of size `size`, all float or all double.
struct Bartlett {
  int64_t count, size;
  const double* factors;  // L
  int64_t factor_stride;  // 0 if all matrices share L
  const void* matrices;   // X, of which the symmetric part counts
  // For each matrix, b_ii^2 for each row i, then the sum of the squares below the diagonal; or, for
  // a backward pass, their gradients.
  double* squares;
  bool* all_exist;     // forward: set to false unless each X is positive definite and finite
  double* of_factors;  // backward: the gradients of L for each X
  void* of_matrices;   // and those of X, which are symmetric
};

/// Y = L^-1 M for matrices M with as many rows as L; all float or all double.
struct Solve {
  int64_t count, size, columns;  // 1 column or `size`
  const void* factors;
  const void* matrices;
  void* solutions;        // forward: Y
  const void* gradients;  // backward: those of Y
  void* of_factors;       // and of L and M; may be null
  void* of_matrices;
};

/// diag(d) + W W^T for W of shape [dims, rank] and a rank up to `kMostColumns`, all float or all
/// double.
struct LowRank {
  int64_t dims, rank;
  const void* factor;         // W
  const void* specific;       // d
  const double* capacitance;  // the Cholesky factor C of I + W^T diag(d)^-1 W, [rank, rank]
};

struct LowRankGradients {
  const double* vector;  // v
  const double* z;       // C^-T C^-1 W^T diag(d)^-1 v
  double gradient;       // of the log density of v
  void* of_factor;       // may be null, like the next ones
  void* of_specific;
  double* of_vector;
};

/// The kernels of one instruction set, indexed by dtype (float, double).
struct MatrixKernels {
  using RunBartlett = void (*)(const Bartlett& matrices);
  using RunSolve = void (*)(const Solve& matrices);
  RunBartlett bartlett[2], bartlett_backward[2];
  RunSolve solve[2], solve_backward[2];

  /// W^T diag(d)^-1 W, of which only the lower triangle is set.
  /// \returns the sum of log d.
  double (*gram[2])(const LowRank& covariance, double* product);
  /// The same of W C^-T.
  void (*gram_again[2])(const LowRank& covariance, double* product);
  /// W^T diag(d)^-1 v for a vector v.
  /// \returns v^T diag(d)^-1 v.
  double (*weigh[2])(const LowRank& covariance, const double* vector, double* product);
  /// W^T diag(d)^-1 M for a matrix M of up to `kMostColumns` columns in the dtype of W.
  void (*project[2])(const LowRank& covariance, const void* matrix, int64_t columns,
                     double* product);
  /// The squares of the elements of diag(d)^-1/2 (M - W Z), in total. If `slope` is not null, it is
  /// set to W^T diag(d)^-1 (M - W Z).
  double (*residual[2])(const LowRank& covariance, const void* matrix, int64_t columns,
                        const double* z, double* slope);
  /// \returns the largest of the shares of W in the variances of single coordinates, given all
  ///     others.
  double (*gradients[2])(const LowRank& covariance, const LowRankGradients& gradients);
  /// The sum of share_i r_i - 1 - log r_i for the ratios r_i of `other` to d, and the shares of d in
  /// the variances of single coordinates. The largest share of W is set.
  double (*divergence[2])(const LowRank& covariance, const void* other, double* largest_share);
};

/// Defined by matrix_kernels.cpp, which is compiled for each instruction set.
template <class Isa>
const MatrixKernels& matrix_kernels_of();
template <>
const MatrixKernels& matrix_kernels_of<isa::DEFAULT>();
template <>
const MatrixKernels& matrix_kernels_of<isa::AVX2>();
template <>
const MatrixKernels& matrix_kernels_of<isa::AVX512>();

}  // namespace torch::distributions::ops::engine
