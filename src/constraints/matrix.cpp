#include <torch/distributions/constraints/matrix.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "constraints/numbers.h"
#include "constraints/scan.h"
#include "core/float_limits.h"
#include "core/raise.h"
#include "ops/vectors/cholesky.h"

namespace torch::distributions::constraints {
namespace {

/// The length of a row of a matrix with n columns may differ from 1 by 10 n eps.
constexpr double kCorrRowNormUlps = 10;

double epsilon(const Tensor& value) { return float_limits(value.scalar_type()).epsilon; }

/// The largest difference between mirrored entries: Python's tolerances, but at least the rounding
/// error of the entries in their dtype. Python rounds its tolerances to the dtype.
struct SymmetryTolerance {
  explicit SymmetryTolerance(const Tensor& value) {
    const FloatLimits limits = float_limits(value.scalar_type());
    relative = std::max((1 + 4 * limits.epsilon) * 1e-5, 4 * limits.epsilon);
    least = (1 + 4 * limits.epsilon) * 1e-6 + 2 * limits.least;
  }
  double absolute(double largest) const { return std::max(least, relative * largest); }

  double relative;
  double least;  // absolute
};

/// Converts to double what is not floating: LibTorch has no norms of integers.
Tensor numbers(const Tensor& value) {
  return value.is_floating_point() ? value : value.to(at::kDouble);
}

/// `value` in a dtype that LibTorch's matrix decompositions support.
Tensor decomposable(const Tensor& value) {
  const auto dtype = value.scalar_type();
  return dtype == at::kDouble || dtype == at::kFloat ? value : value.to(at::kFloat);
}

template <class T>
bool is_lower_triangular(const T* x, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const T entry = x[i * columns + j];
      if (!(entry == (j > i ? T{0} : entry))) return false;
    }
  }
  return true;
}

template <class T>
bool has_positive_diagonal(const T* x, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < std::min(rows, columns); ++i) {
    if (!(x[i * columns + i] > T{0})) return false;
  }
  return true;
}

template <class T>
bool has_rows_of_length_one(const T* x, int64_t rows, int64_t columns, double tolerance) {
  for (int64_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < columns; ++j) {
      const auto entry = static_cast<double>(x[i * columns + j]);
      sum += entry * entry;
    }
    // The root lies between the sum and 1, so it need not be taken if the sum is close to 1.
    const bool is_close = std::abs(sum - 1) <= tolerance;
    if (!is_close && !(std::abs(std::sqrt(sum) - 1) <= tolerance)) return false;
  }
  return true;
}

template <class T>
bool is_symmetric(const T* x, int64_t n, const SymmetryTolerance& tolerance) {
  double largest = 0;
  for (int64_t i = 0; i < n * n; ++i)
    largest = std::max(largest, std::abs(static_cast<double>(x[i])));
  const double absolute = tolerance.absolute(largest);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const auto a = static_cast<double>(x[i * n + j]), b = static_cast<double>(x[j * n + i]);
      const bool close = a == b || (std::isfinite(b) &&
                                    std::abs(a - b) <= absolute + tolerance.relative * std::abs(b));
      if (!close) return false;
    }
  }
  return true;
}

// Predicates: whether a matrix of `value`, given by its elements, is in the set.

auto in_lower_triangular(const Tensor& value) {
  return [rows = value.size(-2), columns = value.size(-1)](const auto* x) {
    return is_lower_triangular(x, rows, columns);
  };
}

auto in_lower_cholesky(const Tensor& value) {
  return [rows = value.size(-2), columns = value.size(-1)](const auto* x) {
    return is_lower_triangular(x, rows, columns) && has_positive_diagonal(x, rows, columns);
  };
}

/// In Python the length is rounded, and so is the tolerance.
double row_tolerance(const Tensor& value) {
  const double eps = epsilon(value), of_sum = std::min(eps, float_limits(at::kFloat).epsilon);
  const auto n = static_cast<double>(value.size(-1));
  return eps * (kCorrRowNormUlps * n * (1 + eps) + 1) + of_sum * n;
}

auto in_corr_cholesky(const Tensor& value) {
  return [in_lower_cholesky = in_lower_cholesky(value), rows = value.size(-2),
          columns = value.size(-1), tolerance = row_tolerance(value)](const auto* x) {
    return in_lower_cholesky(x) && has_rows_of_length_one(x, rows, columns, tolerance);
  };
}

auto in_symmetric(const Tensor& value) {
  return [n = value.size(-1), tolerance = SymmetryTolerance(value)](const auto* x) {
    return is_symmetric(x, n, tolerance);
  };
}

std::optional<Tensor> identity(IntArrayRef shape, const TensorOptions& options) {
  if (shape.size() < 2) return std::nullopt;
  return at::eye(shape[shape.size() - 2], shape.back(), options).expand(shape);
}

std::optional<Tensor> square_identity(IntArrayRef shape, const TensorOptions& options) {
  if (shape.size() < 2 || shape[shape.size() - 2] != shape.back()) return std::nullopt;
  return identity(shape, options);
}

}  // namespace

Tensor LowerTriangular::check(const Tensor& value) const {
  require_numbers(*this, value);
  scan::require_event(*this, value);
  if (scan::readable(value)) return scan::check_events(*this, value, in_lower_triangular(value));
  return value.tril().eq(value).flatten(-2).all(-1);
}

std::optional<int64_t> LowerTriangular::first_violation(const Tensor& value) const {
  if (value.dim() < 2) return Constraint::first_violation(value);
  return scan::first_violation_of_events(*this, value, in_lower_triangular(value));
}

std::optional<Tensor> LowerTriangular::interior_point(IntArrayRef shape,
                                                      const TensorOptions& options) const {
  return identity(shape, options);
}

void LowerTriangular::print(std::ostream& out) const { out << "LowerTriangular()"; }

Tensor LowerCholesky::check(const Tensor& value) const {
  require_numbers(*this, value);
  scan::require_event(*this, value);
  if (scan::readable(value)) return scan::check_events(*this, value, in_lower_cholesky(value));
  return lower_triangular.check(value).bitwise_and(value.diagonal(0, -2, -1).gt(0).all(-1));
}

std::optional<int64_t> LowerCholesky::first_violation(const Tensor& value) const {
  if (value.dim() < 2) return Constraint::first_violation(value);
  return scan::first_violation_of_events(*this, value, in_lower_cholesky(value));
}

std::optional<Tensor> LowerCholesky::interior_point(IntArrayRef shape,
                                                    const TensorOptions& options) const {
  return identity(shape, options);
}

void LowerCholesky::print(std::ostream& out) const { out << "LowerCholesky()"; }

Tensor CorrCholesky::check(const Tensor& value) const {
  require_numbers(*this, value);
  scan::require_event(*this, value);
  if (scan::readable(value)) return scan::check_events(*this, value, in_corr_cholesky(value));
  const at::NoGradGuard no_grad;
  const Tensor norms = at::linalg_vector_norm(numbers(value), 2, at::IntArrayRef{-1});
  // abs is avoided, because LibTorch has no meta kernel for it.
  const Tensor error = norms.sub(1);
  const double tolerance = row_tolerance(value);
  return lower_cholesky.check(value).bitwise_and(
      error.le(tolerance).bitwise_and(error.ge(-tolerance)).all(-1));
}

std::optional<int64_t> CorrCholesky::first_violation(const Tensor& value) const {
  if (value.dim() < 2) return Constraint::first_violation(value);
  return scan::first_violation_of_events(*this, value, in_corr_cholesky(value));
}

std::optional<Tensor> CorrCholesky::interior_point(IntArrayRef shape,
                                                   const TensorOptions& options) const {
  return square_identity(shape, options);
}

void CorrCholesky::print(std::ostream& out) const { out << "CorrCholesky()"; }

Tensor Square::check(const Tensor& value) const {
  require_numbers(*this, value);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, value.dim() >= 2, "Expected value.dim() >= 2 but got ",
                            value.dim());
  const auto batch = value.sizes().slice(0, static_cast<std::size_t>(value.dim() - 2));
  return at::full(batch, value.size(-2) == value.size(-1), value.options().dtype(at::kBool));
}

std::optional<Tensor> Square::interior_point(IntArrayRef shape,
                                             const TensorOptions& options) const {
  return square_identity(shape, options);
}

void Square::print(std::ostream& out) const { out << "Square()"; }

Tensor Symmetric::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor squares = Square::check(value);
  if (value.size(-2) != value.size(-1) || value.numel() == 0) return squares;
  // Meta tensors have no data, and LibTorch has no meta kernels for the operations below.
  if (value.is_meta()) return squares;
  if (scan::readable(value)) return scan::check_events(*this, value, in_symmetric(value));
  const at::NoGradGuard no_grad;
  const SymmetryTolerance tolerance(value);
  const Tensor x = numbers(value), mirrored = x.mT();
  const Tensor absolute =
      x.abs().amax({-2, -1}, /*keepdim=*/true).mul(tolerance.relative).clamp_min(tolerance.least);
  const Tensor close =
      x.sub(mirrored).abs().le(mirrored.abs().mul(tolerance.relative).add(absolute));
  return close.bitwise_and(mirrored.isfinite()).bitwise_or(x.eq(mirrored)).flatten(-2).all(-1);
}

std::optional<int64_t> Symmetric::first_violation(const Tensor& value) const {
  if (value.dim() < 2 || value.size(-2) != value.size(-1))
    return Constraint::first_violation(value);
  return scan::first_violation_of_events(*this, value, in_symmetric(value));
}

void Symmetric::print(std::ostream& out) const { out << "Symmetric()"; }

Tensor PositiveSemidefinite::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor symmetric_ones = Symmetric::check(value);
  if (value.size(-2) != value.size(-1) || value.numel() == 0 || value.is_meta())
    return symmetric_ones;
  const at::NoGradGuard no_grad;
  const Tensor matrices = decomposable(value).masked_fill(value.isfinite().bitwise_not(), 0);
  const Tensor eigenvalues = at::linalg_eigvalsh(matrices);
  const double rounding = epsilon(matrices) * static_cast<double>(value.size(-1));
  const Tensor least = eigenvalues.abs().amax(-1, /*keepdim=*/true).mul(-rounding);
  return symmetric_ones.bitwise_and(eigenvalues.ge(least).all(-1))
      .bitwise_and(value.isfinite().flatten(-2).all(-1));
}

std::optional<int64_t> PositiveSemidefinite::first_violation(const Tensor& value) const {
  return Constraint::first_violation(value);
}

void PositiveSemidefinite::print(std::ostream& out) const { out << "PositiveSemidefinite()"; }

Tensor PositiveDefinite::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor symmetric_ones = Symmetric::check(value);
  if (value.size(-2) != value.size(-1) || value.numel() == 0 || value.is_meta())
    return symmetric_ones;
  const at::NoGradGuard no_grad;
  const Tensor matrices = ops::symmetrized(value.to(at::kDouble));
  return symmetric_ones.bitwise_and(ops::cholesky(matrices, value).exists);
}

std::optional<int64_t> PositiveDefinite::first_violation(const Tensor& value) const {
  return Constraint::first_violation(value);
}

void PositiveDefinite::print(std::ostream& out) const { out << "PositiveDefinite()"; }

}  // namespace torch::distributions::constraints
