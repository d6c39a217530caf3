#include "ops/vectors/covariance.h"

#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <tuple>

#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/kernel_or_composed.h"
#include "ops/tensor/path.h"
#include "ops/vectors/low_rank.h"
#include "ops/vectors/matrices.h"
#include "ops/vectors/meeting.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;

/// `shape` with the last dimensions `event` instead of its last one.
at::DimVector with_event(at::IntArrayRef shape, at::IntArrayRef event) {
  at::DimVector result(shape.slice(0, shape.size() - 1));
  result.append(event.begin(), event.end());
  return result;
}

struct Orthogonalised {
  Tensor factor;  // the lower Cholesky factor C of I + M^T M
  Tensor basis;   // M C^-T, without a gradient
};

/// Without computing the product, which would square the condition of M.
Orthogonalised orthogonalised(const Tensor& m) {
  const int64_t columns = m.size(-1);
  const Tensor eye =
      at::eye(columns, m.options())
          .expand(with_event(m.sizes().slice(0, m.sizes().size() - 1), {columns, columns}));
  const auto [q, r] = at::linalg_qr(at::cat({m, eye}, -2));
  const Tensor signs = r.detach().diagonal(0, -2, -1).sign();
  return {(r * signs.unsqueeze(-1)).mT().contiguous(),
          q.detach().narrow(-2, 0, m.size(-2)) * signs.unsqueeze(-2)};
}

/// Whether autograd has no derivatives of these tensors in either mode.
bool is_constant(TensorPointers tensors) {
  return may_use_kernels() && !requires_graph(tensors) &&
         std::all_of(tensors.begin(), tensors.end(),
                     [](const Tensor* tensor) { return is_readable(*tensor); });
}

constexpr double kHuge = 1e100;  // its square does not overflow

/// Whether W is short beside the root of d.
bool is_short(const Tensor& capacitance) {
  return holds_for_all(capacitance, [](double x) { return std::abs(x) < kLong; });
}

/// The gradients of half the log determinant are those of its definition, (Sigma^-1)_ii / 2 and
/// Sigma^-1 W. Those of the terms that it is computed from would cancel.
struct LowRankHalfLogDetGradient {
  std::shared_ptr<const LowRankCovariance> covariance;

  static const char* name() { return "LowRankHalfLogDet"; }
  variable_list composed(at::TensorList /*saved*/, const Tensor& gradient, Wanted) const {
    const auto [of_factor, of_specific] = covariance->half_log_det_gradients();
    return {gradient.unsqueeze(-1).unsqueeze(-1) * of_factor, gradient.unsqueeze(-1) * of_specific};
  }
  void release() { covariance.reset(); }
};

}  // namespace

Tensor DenseCovariance::whiten(const Tensor& vectors) const {
  const bool has_own_factors = factor_.dim() == vectors.dim() + 1 &&
                               factor_.sizes().slice(0, vectors.sizes().size()) == vectors.sizes();
  if (has_own_factors) return solve_lower(factor_, vectors.unsqueeze(-1)).squeeze(-1);
  const Meeting meeting(factor_, vectors);
  return meeting.vectors(meeting.whitened(factor_, vectors), vectors);
}

Tensor DenseCovariance::unwhiten(const Tensor& vectors) const {
  const Meeting meeting(factor_, vectors);
  return meeting.vectors(meeting.factors(factor_).bmm(meeting.columns(vectors)), vectors);
}

Tensor DenseCovariance::whiten_columns(const Tensor& matrices) const {
  if (matrices.sizes() == factor_.sizes()) return solve_lower(factor_, matrices);
  // The columns of a matrix are vectors that share a factor.
  return DenseCovariance(factor_.unsqueeze(-3)).whiten(matrices.mT()).mT();
}

LowRankCovariance::LowRankCovariance(const Tensor& factor, const Tensor& specific) {
  const auto dtype = factor.scalar_type() == at::kFloat && specific.scalar_type() == at::kFloat
                         ? at::kFloat
                         : at::kDouble;
  // Copies, so that the numbers that follow from them stay right if the user changes the originals.
  const auto copy = [dtype](const Tensor& t) {
    return t.to(dtype, /*non_blocking=*/false, /*copy=*/true);
  };
  parts_ = {copy(factor), copy(specific), {}, {}, {}};
  if (factor_by_kernels(parts_)) return;
  parts_.factor = parts_.factor.to(at::kDouble);
  parts_.specific = parts_.specific.to(at::kDouble);
  const Tensor scaled = this->scaled();
  const auto of_vectors = with_event(scaled.sizes().slice(0, scaled.sizes().size() - 1), {dims()});
  parts_.factor = parts_.factor.expand_as(scaled);
  parts_.specific = parts_.specific.expand(of_vectors);
  auto [capacitance, basis] = orthogonalised(scaled);
  parts_.capacitance = std::move(capacitance);
  parts_.basis = std::move(basis);
}

// z minimises |u|^2 + |z|^2 for u = D^-1/2 (v - W z). This has far less rounding error than the
// difference of large terms in Woodbury's formula.
Tensor LowRankCovariance::whiten(const Tensor& vectors) const {
  const Tensor factor = this->factor(), scales = this->scales(), capacitance = this->capacitance();
  const Meeting meeting(factor, vectors);
  const Tensor factors = meeting.factors(factor), capacitances = meeting.factors(capacitance);
  Tensor z;
  {
    const at::NoGradGuard no_grad;
    const Tensor scaled = vectors.detach() / scales;
    const Tensor projection =
        is_by_kernels() ? at::linalg_solve_triangular(
                              capacitances, factors.mT().bmm(meeting.columns(scaled / scales)),
                              /*upper=*/false)
                        : meeting.factors(parts_.basis).mT().bmm(meeting.columns(scaled));
    z = at::linalg_solve_triangular(capacitances.mT(), projection, /*upper=*/true);
  }
  // As rows, a product is contiguous like the vectors.
  const auto product = [&](const Tensor& columns) {
    return meeting.vectors(columns.mT().bmm(factors.mT()).mT(), vectors);
  };
  Tensor u = (vectors - product(z)) / scales;
  const bool is_short = is_by_kernels() || ops::is_short(capacitance);
  if (!is_short || !is_constant({&vectors, &parts_.factor, &parts_.specific})) {
    // A step of Newton's method has the derivatives of the exact minimum, whatever z was. It also
    // removes the rounding error of u in the directions of W, which is large beside u there.
    // The elements of W^T diag(d)^-1 W may overflow, so a product is divided by a number of the size
    // of the capacitance.
    const Tensor size = (capacitance.detach().abs().sum({-2, -1}, true) / kHuge).clamp_min(1);
    const Tensor of_columns = meeting.factors(size);
    const Tensor slope =
        factors.mT().bmm(meeting.columns(u / (scales * size.squeeze(-1)))) - z / of_columns;
    const Tensor solved =
        at::linalg_solve_triangular(capacitances, slope, /*upper=*/false) * of_columns;
    const Tensor step = at::linalg_solve_triangular(capacitances.mT(), solved, /*upper=*/true);
    z = z + step;
    u = u - product(step) / scales;
  }
  return at::cat({u, meeting.vectors(z, vectors)}, -1);
}

Tensor LowRankCovariance::unwhiten(const Tensor& vectors) const {
  return unwhiten(vectors.narrow(-1, 0, dims()), vectors.narrow(-1, dims(), rank()));
}

Tensor LowRankCovariance::unwhiten(const Tensor& u, const Tensor& z) const {
  const Tensor factor = parts_.factor.to(z.scalar_type()),
               scales = this->scales().to(u.scalar_type());
  const Meeting meeting(factor, z);
  const Tensor rows = meeting.columns(z).mT().bmm(meeting.factors(factor).mT());
  return scales * u + meeting.vectors(rows.mT(), z);
}

Tensor LowRankCovariance::half_log_det() const {
  const auto &factor = parts_.factor, &specific = parts_.specific;
  const bool is_plain = may_use_kernels() && is_readable(factor) && is_readable(specific);
  const bool has_gradient = requires_graph({&factor, &specific});
  if (is_by_kernels() && !has_gradient) return parts_.half_log_det;
  const auto compute = [&] { return scales().log().sum(-1) + half_log_det_of_capacitance(); };
  if (!is_plain || !has_gradient) return compute();
  const Tensor result = is_by_kernels() ? parts_.half_log_det.clone() : compute().detach();
  record(result, {&factor, &specific}, /*saved=*/{&factor, &specific},
         LowRankHalfLogDetGradient{std::make_shared<const LowRankCovariance>(*this)});
  return result;
}

Tensor LowRankCovariance::capacitance() const {
  const bool has_gradient = requires_graph({&parts_.factor, &parts_.specific});
  return is_by_kernels() && has_gradient ? orthogonalised(scaled()).factor : parts_.capacitance;
}

std::pair<Tensor, Tensor> LowRankCovariance::half_log_det_gradients() const {
  const Tensor projection = projected(factor());
  const Tensor solved = at::linalg_solve_triangular(capacitance().mT(), projection, /*upper=*/true);
  return {solved.mT() / scales().unsqueeze(-1), specific_shares(projection) / (2 * specific())};
}

Tensor LowRankCovariance::projected(const Tensor& matrices) const {
  return at::linalg_solve_triangular(capacitance(), (matrices / scales().unsqueeze(-1)).mT(),
                                     /*upper=*/false);
}

Tensor LowRankCovariance::specific_shares(const Tensor& projected) const {
  const Tensor of_factor = projected.square().sum(-2);
  // The difference from 1 has lost its digits where the share of W is large. Its shares sum up to
  // at most r, so this can happen in fewer than 2 r coordinates. They are computed as the squared
  // lengths of whitened unit vectors.
  const int64_t count = std::min(dims(), 2 * rank());
  if (count == 0 || holds_for_all(of_factor, [](double share) { return share < 0.75; }))
    return 1 - of_factor;
  const Tensor largest = std::get<1>(of_factor.detach().topk(count, -1));
  const Tensor units =
      at::zeros(with_event(of_factor.sizes(), {count, dims()}), of_factor.options())
          .scatter(-1, largest.unsqueeze(-1), 1);
  const LowRankCovariance shared = of_rows();
  const Tensor lengths = shared.whiten(units).square().sum(-1);
  return (1 - of_factor).scatter(-1, largest, specific().gather(-1, largest) * lengths);
}

Tensor LowRankCovariance::squared_length(const Tensor& matrices) const {
  return of_rows().whiten(matrices.mT()).square().sum({-2, -1});
}

Tensor LowRankCovariance::precision_matrix() const {
  const int64_t n = dims();
  const Tensor eye = at::eye(n, parts_.specific.options().dtype(at::kDouble));
  const Tensor columns = of_rows().whiten(eye.expand(with_event(parts_.specific.sizes(), {n, n})));
  return columns.matmul(columns.mT());
}

DenseCovariance LowRankCovariance::dense() const {
  return DenseCovariance(scales().unsqueeze(-1) * orthogonalised(scaled().mT()).factor);
}

LowRankCovariance LowRankCovariance::of_rows() const {
  return changed([](const Tensor& t, int64_t event_dim) { return t.unsqueeze(-1 - event_dim); });
}

}  // namespace torch::distributions::ops
