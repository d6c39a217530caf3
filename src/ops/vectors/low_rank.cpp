#include "ops/vectors/low_rank.h"

#include <ATen/Dispatch.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "ops/special/constants.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/vectors/matrices.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using engine::matrix_kernels;

// The share of W in the variance of a coordinate above which its difference from 1 has lost digits
// of a double.
constexpr double kLargeShare = 0.75;

// --- The capacitance, [rank, rank] --------------------------------------------------------------

/// Replaces a matrix, of which the lower triangle is given, by its lower Cholesky factor.
/// \returns whether it has one.
bool factorize(double* matrix, int64_t n) {
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t i = j; i < n; ++i) {
      double rest = matrix[i * n + j];
      for (int64_t k = 0; k < j; ++k) rest -= matrix[i * n + k] * matrix[j * n + k];
      if (i == j && !(rest > 0)) return false;
      matrix[i * n + j] = i == j ? std::sqrt(rest) : rest / matrix[j * n + j];
    }
    for (int64_t i = 0; i < j; ++i) matrix[i * n + j] = 0;
  }
  return true;
}

/// Replaces `columns` by C^-1 times them.
void solve(const double* c, int64_t n, double* columns, int64_t count) {
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t column = 0; column < count; ++column) {
      double& x = columns[i * count + column];
      for (int64_t k = 0; k < i; ++k) x -= c[i * n + k] * columns[k * count + column];
      x /= c[i * n + i];
    }
  }
}

/// Replaces `columns` by C^-T times them.
void solve_transposed(const double* c, int64_t n, double* columns, int64_t count) {
  for (int64_t i = n; i-- > 0;) {
    for (int64_t column = 0; column < count; ++column) {
      double& x = columns[i * count + column];
      for (int64_t k = i + 1; k < n; ++k) x -= c[k * n + i] * columns[k * count + column];
      x /= c[i * n + i];
    }
  }
}

double sum_of_squares(const double* x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

double log_det(const double* c, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += std::log(c[i * n + i]);
  return sum;
}

/// Multiplies C by the Cholesky factor of C^-1 (I + W^T diag(d)^-1 W) C^-T, which is I up to
/// rounding errors.
void factor_again(const engine::LowRank& covariance, bool of_doubles, double* c) {
  const int64_t n = covariance.rank;
  std::vector<double> product(static_cast<std::size_t>(n * n)), inverse(product), factor(product);
  matrix_kernels().gram_again[of_doubles](covariance, product.data());
  for (int64_t i = 0; i < n; ++i) inverse[static_cast<std::size_t>(i * n + i)] = 1;
  solve(c, n, inverse.data(), n);
  const auto dot = [n](const double* a, const double* b, int64_t stride) {
    double sum = 0;
    for (int64_t k = 0; k < n; ++k) sum += a[k] * b[k * stride];
    return sum;
  };
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j <= i; ++j)
      product[static_cast<std::size_t>(i * n + j)] +=
          dot(inverse.data() + i * n, inverse.data() + j * n, 1);
  }
  if (!factorize(product.data(), n)) return;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j)
      factor[static_cast<std::size_t>(i * n + j)] = dot(c + i * n, product.data() + j, n);
  }
  std::copy(factor.begin(), factor.end(), c);
}

// --- Batches ------------------------------------------------------------------------------------

/// The covariances of a batch.
class Batch {
 public:
  explicit Batch(const LowRankCovariance::Parts& parts)
      : dims_(parts.factor.size(-2)),
        rank_(parts.factor.size(-1)),
        of_doubles_(parts.factor.scalar_type() == at::kDouble),
        element_size_(static_cast<int64_t>(parts.factor.element_size())),
        factor_(static_cast<const char*>(parts.factor.const_data_ptr())),
        specific_(static_cast<const char*>(parts.specific.const_data_ptr())),
        capacitance_(parts.capacitance.defined() ? parts.capacitance.const_data_ptr<double>()
                                                 : nullptr) {}

  int64_t dims() const { return dims_; }
  int64_t rank() const { return rank_; }
  bool of_doubles() const { return of_doubles_; }

  engine::LowRank operator[](int64_t i) const {
    return {dims_, rank_, factor(i), specific_ + i * dims_ * element_size_,
            capacitance_ == nullptr ? nullptr : capacitance_ + i * rank_ * rank_};
  }
  const void* factor(int64_t i) const { return factor_ + i * dims_ * rank_ * element_size_; }

  template <class F>
  void for_each(int64_t count, const F& f) const {
    parallel_for(count, std::max<int64_t>(1, kGrain / (dims_ * rank_)),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) f(i);
                 });
  }

 private:
  int64_t dims_, rank_;
  bool of_doubles_;
  int64_t element_size_;
  const char *factor_, *specific_;
  const double* capacitance_;
};

/// Whether each of these vectors has its own covariance, and kernels can read both.
bool have_kernels(const LowRankCovariance& covariance, const Tensor& vectors) {
  const auto& [factor, specific, capacitance, basis, half_log_det] = covariance.parts();
  const auto can_read = [](const Tensor& t) { return is_readable(t) && t.is_contiguous(); };
  return covariance.is_by_kernels() && engine::has_matrix_kernel(factor) && can_read(specific) &&
         can_read(capacitance) && can_read(half_log_det) && engine::has_matrix_kernel(vectors) &&
         vectors.scalar_type() == at::kDouble &&
         factor.numel() == vectors.numel() * covariance.rank();
}

/// z of a vector, and the squared length of its whitened form.
double squared_length(const engine::LowRank& covariance, bool of_doubles, const double* vector,
                      double* z) {
  const auto& kernels = matrix_kernels();
  const int64_t rank = covariance.rank;
  const double* const c = covariance.capacitance;
  const double squares = kernels.weigh[of_doubles](covariance, vector, z);
  solve(c, rank, z, 1);
  // Woodbury's formula: as C has no large element, the digits that cancel do not show in a float.
  const double of_floats = squares - sum_of_squares(z, rank);
  solve_transposed(c, rank, z, 1);
  if (!of_doubles) return of_floats;
  const auto residual = kernels.residual[true];
  double step[engine::kMostColumns];  // removes the rounding error of z
  residual(covariance, vector, 1, z, step);
  for (int64_t i = 0; i < rank; ++i) step[i] -= z[i];
  solve(c, rank, step, 1);
  solve_transposed(c, rank, step, 1);
  for (int64_t i = 0; i < rank; ++i) z[i] += step[i];
  return residual(covariance, vector, 1, z, nullptr) + sum_of_squares(z, rank);
}

// --- Autograd -----------------------------------------------------------------------------------

/// `saved` holds the vectors, W and d.
struct LowRankLogDensityGradient {
  std::shared_ptr<const LowRankCovariance> covariance;
  Tensor z;

  static const char* name() { return "LowRankLogDensity"; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    const Tensor &vectors = saved[0], dense = gradient.contiguous();
    variable_list result(3);
    for (std::size_t i = 0; i < 3; ++i) {
      if (wanted[i]) result[i] = engine::uninitialized(saved[i].sizes(), saved[i].scalar_type());
    }
    const auto target = [&](std::size_t i, int64_t offset) -> void* {
      if (!wanted[i]) return nullptr;
      return static_cast<char*>(result[i].mutable_data_ptr()) +
             offset * static_cast<int64_t>(result[i].element_size());
    };
    const Batch batch(covariance->parts());
    const auto* const v = vectors.const_data_ptr<double>();
    const auto* const of_result = dense.const_data_ptr<double>();
    const auto* const all_z = z.const_data_ptr<double>();
    const int64_t n = batch.dims(), rank = batch.rank();
    std::atomic<bool> is_large = false;
    batch.for_each(dense.numel(), [&](int64_t i) {
      const double share = matrix_kernels().gradients[batch.of_doubles()](
          batch[i], {v + i * n, all_z + i * rank, of_result[i], target(1, i * n * rank),
                     target(2, i * n), static_cast<double*>(target(0, i * n))});
      if (!(share < kLargeShare)) is_large.store(true, std::memory_order_relaxed);
    });
    if (wanted[2] && batch.of_doubles() && is_large) return {};
    return result;
  }

  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted) const {
    const int64_t n = covariance->dims();
    const Tensor whitened = covariance->whiten(saved[0]), specific = covariance->specific();
    const Tensor solved = whitened.narrow(-1, 0, n) / specific.sqrt();
    const Tensor g = gradient.unsqueeze(-1);
    const auto [of_factor, of_specific] = covariance->half_log_det_gradients();
    const Tensor outer =
        solved.unsqueeze(-1) * whitened.narrow(-1, n, covariance->rank()).unsqueeze(-2);
    const auto in_form = [](const Tensor& t, const Tensor& form) {
      return t.reshape(form.sizes()).to(form.scalar_type());
    };
    return {-g * solved, in_form(g.unsqueeze(-1) * (outer - of_factor), saved[1]),
            in_form(g * (0.5 * solved.square() - of_specific), saved[2])};
  }

  void release() {
    covariance.reset();
    z.reset();
  }
};

}  // namespace

bool factor_by_kernels(LowRankCovariance::Parts& parts) {
  const Tensor &factor = parts.factor, &specific = parts.specific;
  if (!engine::has_matrix_kernel(factor) || !engine::has_matrix_kernel(specific) ||
      factor.scalar_type() != specific.scalar_type() || factor.size(-1) > engine::kMostColumns ||
      factor.sizes().slice(0, static_cast<std::size_t>(factor.dim()) - 1) != specific.sizes()) {
    return false;
  }
  const int64_t rank = factor.size(-1);
  at::DimVector of_batch(specific.sizes().slice(0, static_cast<std::size_t>(specific.dim()) - 1));
  at::DimVector of_capacitance(of_batch);
  of_capacitance.append({rank, rank});
  const Tensor capacitance = engine::uninitialized(of_capacitance),
               half_log_det = engine::uninitialized(of_batch);
  auto* const c = capacitance.mutable_data_ptr<double>();
  auto* const result = half_log_det.mutable_data_ptr<double>();
  const Batch batch(parts);
  std::atomic<bool> all_short = true;
  batch.for_each(half_log_det.numel(), [&](int64_t i) {
    double* const of_one = c + i * rank * rank;
    engine::LowRank covariance = batch[i];
    const double of_specific = matrix_kernels().gram[batch.of_doubles()](covariance, of_one);
    for (int64_t j = 0; j < rank; ++j) of_one[j * rank + j] += 1;
    const bool is_short =
        factorize(of_one, rank) && std::isfinite(of_specific) &&
        std::all_of(of_one, of_one + rank * rank, [](double x) { return std::abs(x) < kLong; });
    if (!is_short) return all_short.store(false, std::memory_order_relaxed);
    covariance.capacitance = of_one;
    if (batch.of_doubles()) factor_again(covariance, true, of_one);
    result[i] = 0.5 * of_specific + log_det(of_one, rank);
  });
  if (!all_short) return false;
  parts.capacitance = capacitance;
  parts.half_log_det = half_log_det;
  return true;
}

Tensor low_rank_log_density(const LowRankCovariance& covariance, const Tensor& vectors) {
  const auto& parts = covariance.parts();
  if (!have_kernels(covariance, vectors)) return {};
  const Batch batch(parts);
  const int64_t n = batch.dims(), rank = batch.rank();
  const Tensor result =
      engine::uninitialized(vectors.sizes().slice(0, static_cast<std::size_t>(vectors.dim()) - 1));
  const Tensor z = engine::uninitialized({result.numel(), rank});
  const auto* const v = vectors.const_data_ptr<double>();
  const auto* const half_log_det = parts.half_log_det.const_data_ptr<double>();
  auto* const to = result.mutable_data_ptr<double>();
  auto* const all_z = z.mutable_data_ptr<double>();
  batch.for_each(result.numel(), [&](int64_t i) {
    const double square = squared_length(batch[i], batch.of_doubles(), v + i * n, all_z + i * rank);
    to[i] = -0.5 * square - half_log_det[i] - kLogSqrt2Pi * static_cast<double>(n);
  });
  if (!holds_for_all(result, [](double x) { return std::isfinite(x); })) return {};
  if (requires_graph({&vectors, &parts.factor, &parts.specific})) {
    record(result, {&vectors, &parts.factor, &parts.specific},
           /*saved=*/{&vectors, &parts.factor, &parts.specific},
           LowRankLogDensityGradient{std::make_shared<const LowRankCovariance>(covariance), z});
  }
  return result;
}

namespace {

/// Whether an element differs so much between the variances of two covariances that these are not
/// close.
bool are_distant(const engine::LowRank& p, const engine::LowRank& q, bool of_doubles) {
  const auto differ = [&]<class T>(const T* of_p, const void* q_specific) {
    const auto* const of_q = static_cast<const T*>(q_specific);
    for (int64_t i = 0; i < p.dims; ++i) {
      const auto a = static_cast<double>(of_p[i]), b = static_cast<double>(of_q[i]);
      if (!are_close(a, b)) return true;
    }
    return false;
  };
  return of_doubles ? differ(static_cast<const double*>(p.specific), q.specific)
                    : differ(static_cast<const float*>(p.specific), q.specific);
}

}  // namespace

Tensor low_rank_kl(const Tensor& shift, const LowRankCovariance& p, const LowRankCovariance& q) {
  const auto &of_p = p.parts(), &of_q = q.parts();
  if (!have_kernels(p, shift) || !have_kernels(q, shift) ||
      of_p.factor.scalar_type() != of_q.factor.scalar_type() ||
      requires_graph({&shift, &of_p.factor, &of_p.specific, &of_q.factor, &of_q.specific})) {
    return {};
  }
  const Batch batch_p(of_p), batch_q(of_q);
  const bool of_doubles = batch_p.of_doubles();
  const int64_t n = batch_q.dims(), rank = batch_q.rank(), columns = batch_p.rank();
  const Tensor result =
      engine::uninitialized(shift.sizes().slice(0, static_cast<std::size_t>(shift.dim()) - 1));
  const auto* const v = shift.const_data_ptr<double>();
  auto* const to = result.mutable_data_ptr<double>();
  std::atomic<bool> declines = false;
  batch_q.for_each(result.numel(), [&](int64_t i) {
    const auto decline = [&] { declines.store(true, std::memory_order_relaxed); };
    const engine::LowRank one = batch_p[i], other = batch_q[i];
    if (rank == columns && !are_distant(one, other, of_doubles)) return decline();
    const auto& kernels = matrix_kernels();
    double share = 0;
    double twice = kernels.divergence[of_doubles](other, one.specific, &share);
    if (of_doubles && !(share < kLargeShare)) return decline();
    std::vector<double> z(static_cast<std::size_t>(rank * columns));
    kernels.project[of_doubles](other, one.factor, columns, z.data());
    solve(other.capacitance, rank, z.data(), columns);
    solve_transposed(other.capacitance, rank, z.data(), columns);
    twice += kernels.residual[of_doubles](other, one.factor, columns, z.data(), nullptr) +
             sum_of_squares(z.data(), rank * columns) +
             2 * (log_det(other.capacitance, rank) - log_det(one.capacitance, columns));
    double of_shift[engine::kMostColumns];
    to[i] = 0.5 * (std::max(twice, 0.0) + squared_length(other, of_doubles, v + i * n, of_shift));
  });
  const bool is_finite =
      !declines && holds_for_all(result, [](double x) { return std::isfinite(x); });
  return is_finite ? result : Tensor();
}

}  // namespace torch::distributions::ops
