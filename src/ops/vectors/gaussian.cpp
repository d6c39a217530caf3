#include "ops/vectors/gaussian.h"

#include <ATen/Dispatch.h>
#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include "ops/special/constants.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/path.h"
#include "ops/vectors/low_rank.h"
#include "ops/vectors/meeting.h"
#include "ops/vectors/rows.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

// --- Composed -----------------------------------------------------------------------------------

/// The log density in terms of x = L^-1 v.
Tensor log_density(const CovarianceForm& covariance, const Tensor& whitened) {
  const double constant = 0 - kLogSqrt2Pi * static_cast<double>(covariance.dims());
  return (constant - covariance.half_log_det()) - 0.5 * whitened.square().sum(-1);
}

/// With x = L^-1 v and w = L^-T x, the gradients with respect to v and L are
///   -w  and  tril(w x^T) - diag(L)^-1.
/// \param columns x as columns, or undefined.
variable_list composed_gradients(const Tensor& factor, const Tensor& vectors,
                                 const Tensor& gradient, const Tensor& columns, Wanted wanted) {
  const Meeting meeting(factor, vectors);
  const Tensor factors = meeting.factors(factor);
  const Tensor x = columns.defined() ? columns : meeting.whitened(factor, vectors);
  const Tensor g = meeting.columns(gradient.unsqueeze(-1));
  const Tensor weighted = g * at::linalg_solve_triangular(factors.mT(), x, /*upper=*/true);
  variable_list result(2);
  if (wanted[0]) {
    const Tensor of_diagonal = (g.sum(-1) / factors.diagonal(0, -2, -1)).diag_embed();
    result[0] = (weighted.bmm(x.mT()).tril() - of_diagonal).reshape(factor.sizes());
  }
  if (wanted[1]) result[1] = meeting.vectors(-weighted, vectors);
  return result;
}

// --- Infinite vectors ----------------------------------------------------------------------------

/// A mask of the vectors whose density is 0: they have an infinite coordinate, no NaN and a finite
/// covariance.
Tensor is_infinite(const CovarianceForm& covariance, const Tensor& vectors) {
  return vectors.isinf()
      .any(-1)
      .logical_and(vectors.isnan().any(-1).logical_not())
      .logical_and(covariance.is_finite());
}

/// The limit of `value + rate * t` as t goes to infinity.
Tensor limit(const Tensor& value, const Tensor& rate) {
  return at::where(rate == 0, value, rate * kInfinity);
}

/// The gradients at infinite vectors `[k, n]` that have a factor each: the limits as all infinite
/// coordinates grow at the same rate t. Then v, x and w are linear in t.
std::array<Tensor, 2> gradients_at_infinity(const Tensor& factors, const Tensor& vectors,
                                            const Tensor& gradient) {
  const Tensor infinite = vectors.isinf();
  const Tensor v = at::stack(
      {vectors.masked_fill(infinite, 0), vectors.sign().masked_fill(infinite.logical_not(), 0)},
      -1);
  const Tensor x = at::linalg_solve_triangular(factors, v, /*upper=*/false);
  const Tensor w = at::linalg_solve_triangular(factors.mT(), x, /*upper=*/true);
  const auto product = [&](int64_t i, int64_t j) {
    return w.select(-1, i).unsqueeze(-1) * x.select(-1, j).unsqueeze(-2);
  };
  const Tensor of_products =
      limit(limit(product(0, 0), product(0, 1) + product(1, 0)), product(1, 1));
  const Tensor of_diagonal = factors.diagonal(0, -2, -1).reciprocal().diag_embed();
  const auto times_gradient = [&](const Tensor& slope) {
    Tensor g = gradient;
    while (g.dim() < slope.dim()) g = g.unsqueeze(-1);
    return (g * slope).masked_fill(g == 0, 0);
  };
  return {times_gradient(of_products.tril() - of_diagonal),
          times_gradient(-limit(w.select(-1, 0), w.select(-1, 1)))};
}

// --- Written out --------------------------------------------------------------------------------

// Up to this dimension, unrolled forward substitution is faster than a library call.
constexpr int64_t kMostDims = 4;
constexpr int64_t kVectorsOfThread = 1024;  // the fewest that are worth a thread

/// Forward substitution, in double: x = L^-1 v.
template <std::size_t n, class T>
std::array<double, n> whiten(const T* factor, const T* vector) {
  std::array<double, n> x;
  for (std::size_t i = 0; i < n; ++i) {
    auto rest = static_cast<double>(vector[i]);
    for (std::size_t k = 0; k < i; ++k) rest -= static_cast<double>(factor[i * n + k]) * x[k];
    x[i] = rest / static_cast<double>(factor[i * n + i]);
  }
  return x;
}

template <std::size_t n, class T>
double log_density(const T* factor, const T* vector) {
  double squares = 0, log_det = 0;
  for (const double x : whiten<n>(factor, vector)) squares += x * x;
  if constexpr (std::is_same_v<T, float>) {
    double det = 1;  // a product of a few floats neither overflows nor underflows
    for (std::size_t i = 0; i < n; ++i) {
      const auto scale = static_cast<double>(factor[i * n + i]);
      det *= scale >= 0 ? scale : kNaN;
    }
    log_det = std::log(det);
  } else {
    for (std::size_t i = 0; i < n; ++i) log_det += std::log(factor[i * n + i]);
  }
  return -0.5 * squares - (log_det + kLogSqrt2Pi * static_cast<double>(n));
}

/// See `composed_gradients`. `of_factor` or `of_vector` may be null.
template <std::size_t n, class T>
void gradients(const T* factor, const T* vector, double gradient, T* of_factor, T* of_vector) {
  const std::array<double, n> x = whiten<n>(factor, vector);
  std::array<double, n> w;
  for (std::size_t i = n; i-- > 0;) {
    double rest = x[i];
    for (std::size_t k = i + 1; k < n; ++k) rest -= static_cast<double>(factor[k * n + i]) * w[k];
    w[i] = rest / static_cast<double>(factor[i * n + i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (of_vector != nullptr) of_vector[i] = static_cast<T>(-gradient * w[i]);
    if (of_factor == nullptr) continue;
    for (std::size_t k = 0; k < n; ++k) {
      const double inverse = k == i ? 1 / static_cast<double>(factor[i * n + i]) : 0.0;
      of_factor[i * n + k] = k > i ? T{0} : static_cast<T>(gradient * (w[i] * x[k] - inverse));
    }
  }
}

/// Calls f(T{}, integral_constant<std::size_t, n>()) for the dtype T and the dimension n of
/// `vectors`.
template <class F>
void dispatch(const Tensor& vectors, const F& f) {
  AT_DISPATCH_FLOATING_TYPES(vectors.scalar_type(), "gaussian_log_density", [&] {
    switch (vectors.size(-1)) {
      case 1:
        return f(scalar_t{}, std::integral_constant<std::size_t, 1>());
      case 2:
        return f(scalar_t{}, std::integral_constant<std::size_t, 2>());
      case 3:
        return f(scalar_t{}, std::integral_constant<std::size_t, 3>());
      default:
        return f(scalar_t{}, std::integral_constant<std::size_t, 4>());
    }
  });
}

/// Whether each vector has its own factor, of few dimensions, and a loop can read both.
bool is_written_out(const Tensor& factor, const Tensor& vectors) {
  const auto is_readable = [](const Tensor& t) {
    return (t.scalar_type() == at::kFloat || t.scalar_type() == at::kDouble) &&
           ops::is_readable(t) && t.is_contiguous();
  };
  const int64_t n = vectors.size(-1);
  return n >= 1 && n <= kMostDims && factor.scalar_type() == vectors.scalar_type() &&
         factor.sizes().slice(0, factor.sizes().size() - 1) == vectors.sizes() &&
         is_readable(factor) && is_readable(vectors);
}

Tensor written_out(const Tensor& factor, const Tensor& vectors) {
  const auto batch = vectors.sizes().slice(0, vectors.sizes().size() - 1);
  const Tensor result = engine::uninitialized(batch, vectors.scalar_type());
  dispatch(vectors, [&]<class T, std::size_t n>(T, std::integral_constant<std::size_t, n>) {
    constexpr auto dims = static_cast<int64_t>(n);
    const T* const factors = factor.const_data_ptr<T>();
    const T* const from = vectors.const_data_ptr<T>();
    T* const to = result.mutable_data_ptr<T>();
    parallel_for(result.numel(), kVectorsOfThread, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        to[i] = static_cast<T>(log_density<n>(factors + i * dims * dims, from + i * dims));
    });
  });
  return result;
}

variable_list written_out_backward(const Tensor& factor, const Tensor& vectors,
                                   const Tensor& gradient, Wanted wanted) {
  variable_list result(2);
  if (wanted[0]) result[0] = at::empty_like(factor);
  if (wanted[1]) result[1] = at::empty_like(vectors);
  const Tensor dense = gradient.contiguous();
  dispatch(vectors, [&]<class T, std::size_t n>(T, std::integral_constant<std::size_t, n>) {
    constexpr auto dims = static_cast<int64_t>(n);
    const auto target = [](const Tensor& t) {
      return t.defined() ? t.mutable_data_ptr<T>() : nullptr;
    };
    const T* const factors = factor.const_data_ptr<T>();
    const T* const from = vectors.const_data_ptr<T>();
    const T* const g = dense.const_data_ptr<T>();
    T* const of_factors = target(result[0]);
    T* const of_vectors = target(result[1]);
    parallel_for(dense.numel(), kVectorsOfThread, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        gradients<n>(factors + i * dims * dims, from + i * dims, static_cast<double>(g[i]),
                     of_factors == nullptr ? nullptr : of_factors + i * dims * dims,
                     of_vectors == nullptr ? nullptr : of_vectors + i * dims);
      }
    });
  });
  return result;
}

// --- Autograd -----------------------------------------------------------------------------------

/// `saved` holds the factor and the vectors.
struct GaussianLogDensityGradient {
  Tensor columns;   // the whitened vectors; undefined if a loop computed the density
  Tensor infinite;  // a mask of the infinite vectors; undefined if there are none

  static const char* name() { return "GaussianLogDensity"; }

  variable_list by_kernel(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    return with_limits(saved, gradient, [&](const Tensor& vectors, const Tensor& g) {
      return is_written_out(saved[0], vectors) ? written_out_backward(saved[0], vectors, g, wanted)
                                               : variable_list();
    });
  }
  variable_list composed(at::TensorList saved, const Tensor& gradient, Wanted wanted) const {
    const bool has_columns = !infinite.defined() && !at::GradMode::is_enabled();
    return with_limits(saved, gradient, [&](const Tensor& vectors, const Tensor& g) {
      return composed_gradients(saved[0], vectors, g, has_columns ? columns : Tensor(), wanted);
    });
  }
  void release() { columns.reset(); }

 private:
  /// `of_finite(vectors, gradient)` for the finite vectors, plus the gradients of the infinite
  /// ones. Empty if `of_finite` declines.
  template <class OfFinite>
  variable_list with_limits(at::TensorList saved, const Tensor& gradient,
                            const OfFinite& of_finite) const {
    const Tensor &factor = saved[0], &vectors = saved[1];
    if (!infinite.defined()) return of_finite(vectors, gradient);
    variable_list result = of_finite(vectors.masked_fill(infinite.unsqueeze(-1), 0),
                                     gradient.masked_fill(infinite, 0));
    if (result.empty()) return result;
    at::DimVector of_factors(vectors.sizes());
    of_factors.push_back(vectors.size(-1));
    const Tensor rows = infinite.reshape(-1).nonzero().squeeze(-1);
    const auto in_rows = [](const Tensor& t, int64_t event_dim) {
      return t.unsqueeze(0).flatten(0, t.dim() - event_dim);
    };
    const auto chosen = [&](const Tensor& t, int64_t event_dim) {
      return in_rows(t, event_dim).index_select(0, rows);
    };
    const auto limits = gradients_at_infinity(chosen(factor.expand(of_factors), 2),
                                              chosen(vectors, 1), chosen(gradient, 0));
    const auto add = [&](Tensor& sum, at::IntArrayRef shape, int64_t event_dim,
                         const Tensor& limit) {
      if (!sum.defined()) return;
      const Tensor spread = at::zeros(shape, sum.options());
      in_rows(spread, event_dim).index_copy_(0, rows, limit);
      sum = sum + at::sum_to(spread, sum.sizes());
    };
    add(result[0], of_factors, 2, limits[0]);
    add(result[1], vectors.sizes(), 1, limits[1]);
    return result;
  }
};

/// Corrects the density of infinite vectors, and records `result` in the graph.
/// \param columns The whitened vectors, or undefined.
Tensor recorded(const DenseCovariance& covariance, const Tensor& vectors, const Tensor& result,
                const Tensor& columns) {
  const Tensor& factor = covariance.factor();
  Tensor infinite;
  if (!holds_for_all(result, [](double x) { return std::isfinite(x); })) {
    infinite = is_infinite(covariance, vectors);
    result.masked_fill_(infinite, -kInfinity);
    if (!infinite.any().item<bool>()) infinite.reset();
  }
  if (requires_graph({&factor, &vectors})) {
    record(result, {&factor, &vectors}, /*saved=*/{&factor, &vectors},
           GaussianLogDensityGradient{columns, infinite});
  }
  return result;
}

// --- Divergence ---------------------------------------------------------------------------------

/// The squared Frobenius norm of L_q^-1 (L_p - L_q).
Tensor squared_difference(const Tensor& factor, const DenseCovariance& q) {
  return q.whiten_columns((factor - q.factor()).tril()).square().sum({-2, -1});
}
Tensor squared_difference(const DenseCovariance& p, const DenseCovariance& q) {
  return squared_difference(p.factor(), q);
}
Tensor squared_difference(const DiagonalCovariance& p, const DenseCovariance& q) {
  return squared_difference(p.scales().diag_embed(), q);
}
Tensor squared_difference(const DenseCovariance& p, const DiagonalCovariance& q) {
  const Tensor below = p.factor().tril(-1) / q.scales().unsqueeze(-1);
  const Tensor on_diagonal = (p.scales() - q.scales()) / q.scales();
  return below.square().sum({-2, -1}) + on_diagonal.square().sum(-1);
}

/// With \f$M = L_q^{-1} (L_p - L_q)\f$, the shift v and the ratios r of the diagonals, it is
/// \f[ \tfrac12 (\|M\|^2 + \|L_q^{-1} v\|^2) + \sum_i (r_i - 1 - \log r_i). \f]
/// No term is negative, and each is computed from differences between p and q.
template <class P, class Q>
Tensor divergence(const Tensor& shift, const P& p, const Q& q) {
  const Tensor ratios = special::itakura_saito(p.scales(), q.scales());
  return 0.5 * (squared_difference(p, q) + q.whiten(shift).square().sum(-1)) + ratios.sum(-1);
}

// Of covariances of low rank, P = diag(d_p) + W_p W_p^T and Q likewise. The following functions
// return twice the divergence for equal means.

/// tr(Q^-1 P) - n + log det Q - log det P. The error is absolute.
Tensor distant(const Tensor& factor, const LowRankCovariance& p, const LowRankCovariance& q,
               const Tensor& shares) {
  const Tensor ratio = p.specific() / q.specific();
  const Tensor capacitances = q.half_log_det_of_capacitance() - p.half_log_det_of_capacitance();
  return (ratio * shares - 1 - ratio.log()).sum(-1) + q.squared_length(factor) + 2 * capacitances;
}

/// tr(Y) - log det(I + Y) for a symmetric Y of a norm up to `kClose`. By Z = Y (2 I + Y)^-1 it is
/// tr(Y Z) - 2 tr(Z^3 / 3 + Z^5 / 5 + ...).
Tensor trace_minus_log_det(const Tensor& y) {
  const Tensor eye = at::eye(y.size(-1), y.options());
  const Tensor z = std::get<0>(at::linalg_solve_ex(2 * eye + y, y)), square = z.matmul(z);
  Tensor series = eye / 15;
  for (const double k : {13, 11, 9, 7, 5, 3}) series = eye / k + square.matmul(series);
  const auto trace = [](const Tensor& a, const Tensor& b) { return (a * b.mT()).sum({-2, -1}); };
  return trace(y, z) - 2 * trace(z.matmul(square), series);
}

/// The same number for close covariances of the same rank r, from their differences: no term has
/// a first order in them. With the projections G of W_q and H of W_p - W_q, Y is the change of the
/// capacitance in a basis in which that of Q is I.
class Close {
 public:
  Close(const Tensor& factor, const Tensor& specific, const LowRankCovariance& q,
        const Tensor& projected)
      : difference_(factor - q.factor()),
        specific_(specific),
        ratio_(q.specific() / specific),
        change_((q.specific() - specific) / specific),
        g_(projected),
        h_(q.projected(difference_)) {
    const auto product = [](const Tensor& a, const Tensor& weights, const Tensor& b) {
      return (a * weights.unsqueeze(-2)).matmul(b.mT());
    };
    const Tensor mixed = product(h_, ratio_, g_);
    y_ = product(g_, change_, g_) + mixed + mixed.mT() + product(h_, ratio_, h_);
  }

  /// Whether the series for Y converges, for each pair of the batch.
  Tensor converges(const LowRankCovariance& q) const {
    return are_close(TensorScalar(specific_), TensorScalar(q.specific()))
        .tensor()
        .all(-1)
        .logical_and(y_.square().sum({-2, -1}).le(kClose * kClose));
  }

  Tensor divergence(const LowRankCovariance& q, const Tensor& shares) const {
    const Tensor of_specific =
        shares * special::itakura_saito(specific_, q.specific()) -
        g_.square().sum(-2) * special::itakura_saito(q.specific(), specific_) -
        2 * change_ * (g_ * h_).sum(-2) - ratio_ * h_.square().sum(-2);
    return of_specific.sum(-1) + q.squared_length(difference_) + trace_minus_log_det(y_);
  }

 private:
  Tensor difference_, specific_, ratio_, change_, g_, h_, y_;
};

Tensor composed_low_rank_kl(const Tensor& shift, const LowRankCovariance& p,
                            const LowRankCovariance& q) {
  at::DimVector of_factor(shift.sizes());
  of_factor.push_back(p.rank());
  const Tensor factor = p.factor().expand(of_factor), specific = p.specific().expand_as(shift);
  const Tensor projected = q.projected(q.factor()), shares = q.specific_shares(projected);
  Tensor close;  // whether each pair is; undefined if none is
  if (p.rank() == q.rank()) {
    const at::NoGradGuard no_grad;
    close = Close(factor, specific, q, projected).converges(q);
    if (may_use_kernels() && is_readable(close) && !close.any().item<bool>()) close.reset();
  }
  Tensor twice = distant(factor, p, q, shares);
  if (close.defined()) {
    // Where P is not close to Q, Q replaces it, so that no gradient is NaN.
    const Tensor of_vector = close.unsqueeze(-1);
    const Close nearby(at::where(of_vector.unsqueeze(-1), factor, q.factor()),
                       at::where(of_vector, specific, q.specific()), q, projected);
    twice = at::where(close, nearby.divergence(q, shares), twice);
  }
  // Rounding may make it negative, which is no reason to lose the gradient.
  twice = twice + twice.detach().neg().clamp_min(0);
  return 0.5 * (twice + q.whiten(shift).square().sum(-1));
}

}  // namespace

Tensor gaussian_log_density(const CovarianceForm& covariance, const Tensor& vectors) {
  if (may_use_kernels() && is_readable(vectors)) {
    const Tensor result = log_density(covariance, covariance.whiten(vectors));
    if (holds_for_all(result, [](double x) { return std::isfinite(x); })) return result;
  }
  const Tensor infinite = is_infinite(covariance, vectors.detach());
  const Tensor finite = vectors.masked_fill(infinite.unsqueeze(-1), 0);
  return log_density(covariance, covariance.whiten(finite)).masked_fill(infinite, -kInfinity);
}

Tensor gaussian_log_density(const DenseCovariance& covariance, const Tensor& vectors) {
  const Tensor& factor = covariance.factor();
  return kernel_or_composed(
      [&]() -> Tensor {
        if (!is_written_out(factor, vectors)) return {};
        return recorded(covariance, vectors, written_out(factor, vectors), /*columns=*/{});
      },
      [&] {
        if (!may_use_kernels() || !is_readable(factor) || !is_readable(vectors)) {
          const CovarianceForm& any_form = covariance;
          return gaussian_log_density(any_form, vectors);
        }
        Tensor result, columns;
        {
          const at::NoGradGuard no_grad;
          const Meeting meeting(factor, vectors);
          columns = meeting.whitened(factor, vectors);
          result = log_density(covariance, meeting.vectors(columns, vectors));
        }
        return recorded(covariance, vectors, result, columns);
      });
}

Tensor gaussian_log_density(const LowRankCovariance& covariance, const Tensor& vectors) {
  return kernel_or_composed([&] { return low_rank_log_density(covariance, vectors); },
                            [&] {
                              const CovarianceForm& any_form = covariance;
                              return gaussian_log_density(any_form, vectors);
                            });
}

Tensor gaussian_entropy(const CovarianceForm& covariance) {
  return covariance.half_log_det() + kNormalEntropy * static_cast<double>(covariance.dims());
}

Tensor gaussian_kl(const Tensor& shift, const DenseCovariance& p, const DenseCovariance& q) {
  return divergence(shift, p, q);
}
Tensor gaussian_kl(const Tensor& shift, const DenseCovariance& p, const DiagonalCovariance& q) {
  return divergence(shift, p, q);
}
Tensor gaussian_kl(const Tensor& shift, const DiagonalCovariance& p, const DenseCovariance& q) {
  return divergence(shift, p, q);
}

Tensor gaussian_kl(const Tensor& shift, const LowRankCovariance& p, const LowRankCovariance& q) {
  return kernel_or_composed([&] { return low_rank_kl(shift, p, q); },
                            [&] { return composed_low_rank_kl(shift, p, q); });
}

}  // namespace torch::distributions::ops
