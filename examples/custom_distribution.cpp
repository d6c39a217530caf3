// A user-defined distribution, constraint, transform and KL rule, used like the library's own.
//
// The cut points of an ordinal regression (how many stars does a customer give?) must increase. A
// suitable prior is the distribution of n sorted normal draws, with x_1 < x_2 < ... < x_n:
//
//   p(x) = n! Normal(x_1; loc, scale) ... Normal(x_n; loc, scale)
//
// The program checks each part, and then fits cut points to ratings.

#include <torch/autograd.h>
#include <torch/distributions.h>

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/command_line.h"

namespace {

namespace dist = torch::distributions;
using torch::Tensor;

/// Vectors whose elements increase strictly.
class Increasing : public dist::Constraint {
 public:
  int64_t event_dim() const override { return 1; }
  Tensor check(const Tensor& value) const override { return (value.diff() > 0).all(-1); }
  void print(std::ostream& out) const override { out << "Increasing()"; }
};

/// Maps vectors to increasing vectors: y_1 = x_1, y_i = y_{i-1} + exp(x_i) (Stan Reference Manual,
/// "Ordered vector").
class IncreasingTransform : public dist::ImplementsTransform<IncreasingTransform> {
 public:
  explicit IncreasingTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  dist::ConstraintPtr domain() const override {
    return dist::constraints::independent(dist::constraints::real, 1);
  }
  dist::ConstraintPtr codomain() const override { return Increasing(); }
  bool bijective() const override { return true; }

 private:
  Tensor do_forward(const Tensor& x) const override {
    return at::cat({x.narrow(-1, 0, 1), x.slice(-1, 1).exp()}, -1).cumsum(-1);
  }
  Tensor do_inverse(const Tensor& y) const override {
    return at::cat({y.narrow(-1, 0, 1), y.diff().log()}, -1);
  }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor&) const override {
    return x.slice(-1, 1).sum(-1);
  }
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

/// `size` draws from Normal(loc, scale), sorted.
class SortedNormal : public dist::Implements<SortedNormal> {
 public:
  static const dist::Signature<SortedNormal>& signature() {
    static const dist::Signature<SortedNormal> s{
        .name = "SortedNormal",
        .fields = {{"loc", &SortedNormal::loc_, dist::constraints::real},
                   {"scale", &SortedNormal::scale_, dist::constraints::positive}},
        .support = Increasing(),
        .has_rsample = true};
    return s;
  }

  SortedNormal(dist::Param loc, dist::Param scale, int64_t size, dist::Validate validate_args = {})
      : Implements(validate_args), size_(size) {
    TORCH_CHECK_VALUE(size > 0, "SortedNormal: size must be positive, not ", size);
    set_event_shape({size});
    initialize(loc, scale);
  }

  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }
  int64_t size() const { return size_; }

  /// The distribution of a draw before sorting.
  dist::Normal unsorted() const { return {loc_, scale_, false}; }

 private:
  Tensor do_rsample(at::IntArrayRef shape, std::optional<at::Generator> generator) const override {
    const Tensor noise = at::randn(shape, std::move(generator), loc_.options());
    return std::get<0>((loc_.unsqueeze(-1) + scale_.unsqueeze(-1) * noise).sort(-1));
  }
  Tensor do_log_prob(const Tensor& value) const override {
    const dist::Normal each(loc_.unsqueeze(-1), scale_.unsqueeze(-1), false);
    return each.log_prob(value).sum(-1) + log_orders();
  }
  Tensor do_entropy() const override {
    return static_cast<double>(size_) * unsorted().entropy() - log_orders();
  }

  /// log(size!), the logarithm of the number of orders of the draws.
  double log_orders() const { return std::lgamma(static_cast<double>(size_) + 1.0); }

  Tensor loc_, scale_;
  int64_t size_;
};

/// The order of the draws does not depend on loc and scale, so sorting preserves the divergence.
Tensor kl_sorted_normal(const SortedNormal& p, const SortedNormal& q) {
  TORCH_CHECK_VALUE(p.size() == q.size(), "kl_divergence: SortedNormal of sizes ", p.size(),
                    " and ", q.size());
  return static_cast<double>(p.size()) * dist::kl_divergence(p.unsorted(), q.unsorted());
}

void register_all() {
  const auto transform = [](const Increasing&) { return IncreasingTransform(); };
  dist::biject_to.add<Increasing>(transform);
  dist::transform_to.add<Increasing>(transform);
  dist::register_kl<SortedNormal, SortedNormal>(kl_sorted_normal);
}

/// Prints found and expected values, and counts those that differ by more than `tolerance`.
class Checks {
 public:
  void near(const std::string& what, double found, double expected, double tolerance) {
    const bool holds = std::abs(found - expected) <= tolerance;
    std::cout << (holds ? "  ok    " : "  WRONG ") << std::left << std::setw(52) << what
              << std::right << std::setw(12) << found << "  expected " << expected << " +- "
              << tolerance << '\n';
    failed_ += holds ? 0 : 1;
  }

  /// Expects the mean of independent estimates within five standard errors.
  void mean_near(const std::string& what, const Tensor& estimates, double expected) {
    constexpr double kStandardErrors = 5;
    const double error =
        estimates.std().item<double>() / std::sqrt(static_cast<double>(estimates.numel()));
    near(what, estimates.mean().item<double>(), expected, kStandardErrors * error);
  }

  int failed() const { return failed_; }

 private:
  int failed_ = 0;
};

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

void check_distribution(Checks& checks, const torch::TensorOptions& options, int64_t draws) {
  const SortedNormal p(torch::full({}, 0.5, options), 2.0, 3);
  const SortedNormal q(torch::full({}, -0.5, options), 1.5, 3);
  std::cout << p << " on " << p.support() << '\n';

  const Tensor x = p.sample({draws});
  checks.near("share of samples in the support",
              p.support()->check(x).to(torch::kDouble).mean().item<double>(), 1, 0);
  // The largest of three standard normal draws has the mean 3 / (2 sqrt(pi)).
  checks.mean_near("mean of the largest", x.select(-1, 2),
                   0.5 + 2.0 * 1.5 / std::sqrt(std::numbers::pi));
  checks.mean_near("mean of -log p(sample): the entropy", -p.log_prob(x),
                   p.entropy().item<double>());
  checks.mean_near("mean of log p - log q: the divergence", p.log_prob(x) - q.log_prob(x),
                   dist::kl_divergence(p, q).item<double>());
}

void check_transform(Checks& checks, const torch::TensorOptions& options, int64_t draws) {
  const SortedNormal p(torch::full({}, 0.5, options), 2.0, 3);
  const dist::TransformPtr transform = dist::biject_to(*p.support());
  const dist::Independent proposal(dist::Normal(torch::zeros({3}, options), 2.0), 1);
  std::cout << "biject_to(" << p.support() << ") = " << transform << '\n';

  const Tensor u = proposal.sample({draws});
  const Tensor x = transform(u);
  checks.near("worst error of inv(transform(u))", largest_difference(transform->inv()(x), u), 0,
              1e-6);  // y.diff() loses digits if a large element precedes a small step

  const Tensor point = u[0].clone().requires_grad_();
  const Tensor image = transform(point);
  std::vector<Tensor> rows;
  for (int64_t i = 0; i < image.size(0); ++i) {
    rows.push_back(torch::autograd::grad({image[i]}, {point}, {}, true)[0]);
  }
  checks.near("log|det J| beside autograd's",
              transform->log_abs_det_jacobian(u[0], x[0]).item<double>(),
              torch::stack(rows).logdet().item<double>(), 1e-9);

  // Importance sampling over all vectors u checks density, transform and Jacobian together.
  const Tensor log_weight =
      p.log_prob(x) + transform->log_abs_det_jacobian(u, x) - proposal.log_prob(u);
  checks.mean_near("integral of the density", log_weight.exp(), 1);
}

/// Finds the most probable cut points for the numbers of ratings with 1, 2, ... stars, by gradient
/// ascent in the unconstrained space.
void fit_ratings(Checks& checks, const torch::TensorOptions& options) {
  const Tensor ratings = torch::tensor({14.0, 32.0, 95.0, 210.0, 149.0}, options);
  const Tensor shares = ratings / ratings.sum();
  const SortedNormal prior(torch::zeros({}, options), 3.0, ratings.size(0) - 1);
  const dist::TransformPtr to_cuts = dist::biject_to(*prior.support());

  // P(rating <= k) is the logistic function of the k-th cut point.
  const auto rating_given = [](const Tensor& cuts) {
    const Tensor below = torch::constant_pad_nd(cuts.sigmoid(), {0, 1}, 1.0);
    return dist::Categorical(below.diff(1, -1, torch::zeros({1}, cuts.options())));
  };
  Tensor u = torch::zeros_like(ratings.slice(0, 1)).requires_grad_();
  constexpr int kSteps = 500;
  constexpr double kStepSize = 1.0;
  const Tensor stars = torch::arange(ratings.size(0), options.dtype(torch::kLong));
  for (int step = 0; step < kSteps; ++step) {
    const Tensor cuts = to_cuts(u);
    const Tensor log_joint =
        (ratings * rating_given(cuts).log_prob(stars)).sum() + prior.log_prob(cuts);
    const Tensor gradient = torch::autograd::grad({log_joint / ratings.sum()}, {u})[0];
    u = (u + kStepSize * gradient).detach().requires_grad_();
  }
  const Tensor cuts = to_cuts(u).detach();
  std::cout << "cut points of ratings, prior " << prior << '\n';
  for (int64_t k = 0; k < cuts.size(0); ++k) {
    std::cout << "  " << k + 1 << " | " << k + 2 << " stars  " << cuts[k].item<double>() << '\n';
  }
  checks.near("worst error of a share of ratings",
              largest_difference(rating_given(cuts).probs(), shares), 0, 0.01);
}

int run(const example::CommonOptions& options) {
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  const auto tensor_options = torch::TensorOptions(torch::kDouble).device(options.device);
  const int64_t draws = options.brief ? 10'000 : 200'000;
  register_all();
  Checks checks;
  check_distribution(checks, tensor_options, draws);
  check_transform(checks, tensor_options, draws);
  fit_ratings(checks, tensor_options);
  if (checks.failed() > 0) {
    throw std::runtime_error(std::to_string(checks.failed()) + " checks failed");
  }
  std::cout << "all checks hold\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    example::CommonOptions options;
    example::CommandLine line("Uses a distribution that the library does not have.");
    options.add_to(line);
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
