// Checks of the gradients of every distribution.

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "random_calls/comparison.h"
#include "random_calls/distribution_subject.h"
#include "support/gradcheck.h"

namespace torch::distributions::random_calls {
namespace {

using at::IntArrayRef;

/// A function of a distribution and, for some, of a value.
struct Differentiated {
  const char* name;
  Tensor (*function)(const Distribution& d, const Tensor& x);
};
constexpr Differentiated kDifferentiated[] = {
    {"log_prob", [](const Distribution& d, const Tensor& x) { return d.log_prob(x); }},
    {"cdf", [](const Distribution& d, const Tensor& x) { return d.cdf(x); }},
    {"mean", [](const Distribution& d, const Tensor&) { return d.mean(); }},
    {"variance", [](const Distribution& d, const Tensor&) { return d.variance(); }},
    {"stddev", [](const Distribution& d, const Tensor&) { return d.stddev(); }},
    {"entropy", [](const Distribution& d, const Tensor&) { return d.entropy(); }},
};

/// The gradients of the sum of `output` in those inputs that require one.
std::vector<Tensor> gradients(const Tensor& output, const std::vector<Tensor>& inputs,
                              bool create_graph) {
  std::vector<Tensor> wanted;
  for (const Tensor& input : inputs) {
    if (input.requires_grad()) wanted.push_back(input);
  }
  if (wanted.empty() || !output.requires_grad()) return {};
  return torch::autograd::grad({output}, wanted, {at::ones_like(output)}, /*retain_graph=*/true,
                               create_graph, /*allow_unused=*/true);
}

bool any_nan(const std::vector<Tensor>& tensors) {
  return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& t) {
    return t.defined() && t.detach().isnan().any().item<bool>();
  });
}

/// Whether `has_normal_squares` holds for every element.
bool all_have_normal_squares(const Tensor& x) {
  const Tensor numbers = x.detach().to(at::kDouble).flatten().contiguous();
  const double* begin = numbers.const_data_ptr<double>();
  return std::all_of(begin, begin + numbers.numel(),
                     [&](double number) { return has_normal_squares(number, x.scalar_type()); });
}

/// Whether the gradient of an element of `output` is infinite or about to overflow. Then the
/// gradient of the sum may be NaN, as a sum of infinities of both signs or a product of 0 and
/// infinity.
bool has_infinite_slope(const Tensor& output, const std::vector<Tensor>& inputs,
                        bool create_graph) {
  constexpr int64_t kMost = 2000;
  const Tensor flat = output.reshape(-1);
  if (flat.numel() > kMost) return true;  // checking all elements would take too long
  for (int64_t i = 0; i < flat.numel(); ++i) {
    for (const Tensor& gradient : gradients(flat[i], inputs, create_graph)) {
      if (!gradient.defined()) continue;
      const Tensor size = gradient.detach().to(at::kDouble).abs();
      if ((size >= 1e-3 * largest_of(gradient.scalar_type())).any().item<bool>()) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<Tensor> DistributionSubject::leaves_with_gradients() const {
  std::vector<Tensor> leaves;
  for (const Tensor& leaf : program_.expression.leaves) {
    leaves.push_back(leaf.is_floating_point() ? leaf.detach().requires_grad_() : leaf);
  }
  return leaves;
}

void DistributionSubject::has_gradients() {
  if (!promises_numbers()) return;
  const auto [value, text] = values();
  Tensor x = value.detach();
  if (x.is_floating_point()) {
    if (x.isnan().any().item<bool>()) return;
    x.requires_grad_();
  }
  auto inputs = leaves_with_gradients();
  const DistributionPtr with_graph = program_.expression(inputs);
  inputs.push_back(x);
  if (!all_have_normal_squares(x)) return;
  // Where numbers overflow in one part, gradients may be 0 times infinity in another.
  const bool is_composite = has("TransformedDistribution") || has("MultivariateNormal") ||
                            has("Wishart") || has("Mixture");
  if (is_composite && !is_ordinary()) return;
  if (has("TransformedDistribution") && (x.detach().abs() > 50).any().item<bool>()) return;
  if (has("Mixture") && (has("Dirichlet") || has("RelaxedOneHot")))
    return;  // 0 times infinity at vertices, as documented
  const bool is_half = std::any_of(inputs.begin(), inputs.end(), [](const Tensor& input) {
    return input.scalar_type() == at::kHalf;
  });
  for (const auto& [name, function] : kDifferentiated) {
    const auto outcome = attempt(name, [&] { return function(*with_graph, x); });
    if (is_refused(outcome) || !outcome.value || any_nan({*outcome.value})) continue;
    const auto& output = outcome.value;
    const std::string_view of = name;
    const bool is_moment = of == "mean" || of == "variance" || of == "stddev";
    if (is_moment && (!everywhere(output->isfinite()) || (has("Mixture") && !is_ordinary()))) {
      continue;  // the moment, or that of a component without weight, overflows
    }
    // The slope of the root of a rounding error may overflow in half precision.
    if (of == "stddev" && is_half && (output->detach() < 1e-3).any().item<bool>()) continue;
    // The slope of one factor or component may be infinite where another factor or weight is 0.
    if (of == "cdf" && (has("Independent(") || has("Mixture")) &&
        (x.detach() == 0).any().item<bool>())
      continue;
    for (const bool create_graph : {false, true}) {
      const std::string what = std::string("the gradient of ") + name + " at " + text +
                               (create_graph ? ", with create_graph," : "");
      const auto found = *value_of(what, [&] { return gradients(*output, inputs, create_graph); });
      require(!any_nan(found) || has_infinite_slope(*output, inputs, create_graph), what,
              " is NaN: ", text_of(found));
    }
  }
}

void DistributionSubject::has_the_gradients_of_its_graph() {
  if (!is_ordinary() || !draws_.defined() || generator_.mixes_dtypes()) return;
  auto inputs = leaves_with_gradients();
  const DistributionPtr with_graph = program_.expression(inputs);
  Tensor x = draws_.detach().clone();
  if (x.is_floating_point()) x.requires_grad_();
  inputs.push_back(x);
  for (const auto& [name, function] : kDifferentiated) {
    const auto output = value_of(name, [&] { return function(*with_graph, x); });
    if (!output) continue;
    const auto once = gradients(*output, inputs, false), graph = gradients(*output, inputs, true);
    if (output->numel() == 0) continue;
    // A responsibility of a mixture is the exponential of a difference of log densities. Its error
    // grows with their size.
    const double largest =
        output->detach().abs().nan_to_num(0, 0, 0).max().to(at::kDouble).item<double>();
    for (std::size_t i = 0; i < once.size(); ++i) {
      require(once[i].defined() == graph[i].defined(), name,
              " has a gradient with or without create_graph only");
      if (!once[i].defined() || once[i].numel() == 0) continue;
      const double size = graph[i].detach().abs().max().to(at::kDouble).item<double>();
      // Near the end of a transform, differences of nearly equal numbers remain.
      const double tolerance =
          is_rounded() ? 1e-2
                       : (4096 + 64 * largest) * condition() * epsilon_of(once[i].scalar_type());
      require_close(std::string("the gradient of ") + name, once[i] / (1 + size),
                    graph[i] / (1 + size), tolerance);
    }
  }
}

void DistributionSubject::has_the_gradients_of_differences() {
  constexpr int64_t kMost = 24;  // the number of evaluations grows with its square
  constexpr double kSteep = 20;
  if (!is_ordinary() || !draws_.defined() || generator_.dtype() != at::kDouble ||
      generator_.mixes_dtypes() || has("_matrix") || has("Binomial") || has("Multinomial") ||
      has("L(")) {
    return;  // a symmetric matrix's two halves are not independent, and counts have no derivative
  }
  const Tensor x = draws_.select(0, 0);
  const Tensor magnitude = x.to(at::kDouble).abs();
  const Tensor is_medium = (magnitude > 1e-3).logical_and(magnitude < (is_rounded() ? 10 : 1e3));
  if (!everywhere(is_medium.logical_or(magnitude == 0))) return;
  const bool in_value = x.is_floating_point() && !d().support()->is_discrete() &&
                        !has("Dirichlet") && !has("LKJCholesky") && !has("LogisticNormal") &&
                        !has("RelaxedOneHot") &&
                        !has("StickBreaking");  // their values have no neighbours in the support
  std::vector<Tensor> inputs = program_.expression.leaves;
  const std::size_t parameters = inputs.size();
  if (in_value) inputs.push_back(x);
  int64_t size = 0;
  for (const Tensor& input : inputs) size += input.numel();
  if (size > kMost || size == 0) return;
  for (const auto& [name, function] : kDifferentiated) {
    const auto output = value_of(name, [&] { return function(d(), x); });
    if (!output || output->scalar_type() != at::kDouble || !output->isfinite().all().item<bool>()) {
      continue;
    }
    // Where the cdf is steep or saturates, difference quotients are inaccurate.
    if (name == std::string_view("cdf") && !everywhere((*output > 0).logical_and(*output < 1))) {
      continue;
    }
    auto leaves = leaves_with_gradients();
    leaves.push_back(in_value ? x.detach().clone().requires_grad_() : x);
    const auto slopes =
        gradients(function(*program_.expression(leaves), leaves.back()), leaves, false);
    // The cdf of an event is a product: one factor may be steep while the others are small.
    const bool is_cdf = name == std::string_view("cdf") && output->numel() > 0;
    const double scale = is_cdf ? output->max().item<double>() : 1;
    if (std::any_of(slopes.begin(), slopes.end(), [scale](const Tensor& slope) {
          return slope.defined() && (slope.abs() > kSteep * scale).any().item<bool>();
        })) {
      continue;
    }
    const auto f = [&](const std::vector<Tensor>& all) {
      const std::vector<Tensor> own(all.begin(), all.begin() + static_cast<int64_t>(parameters));
      return function(*program_.expression(own), in_value ? all.back() : x);
    };
    const auto holds = test::gradcheck(f, inputs);
    require(static_cast<bool>(holds), name, " at ", text_of(x), ": ", holds.message());
  }
}

void DistributionSubject::has_the_slope_of_its_cdf() {
  if (!is_ordinary() || event_dim() > 0 || !draws_.defined() || generator_.dtype() != at::kDouble ||
      generator_.mixes_dtypes() || d().support()->is_discrete() ||
      has("TransformedDistribution(TransformedDistribution")) {
    return;  // the inner distribution may have saturated
  }
  const auto cdf = value_of("cdf", [&] { return d().cdf(draws_); });
  if (!cdf || cdf->numel() == 0 || cdf->scalar_type() != at::kDouble) return;
  const Tensor step = 1e-5 * draws_.abs(), above = draws_ + step, below = draws_ - step;
  const Tensor slope = (d().cdf(above) - d().cdf(below)) / (2 * step);
  const Tensor density = d().log_prob(draws_).exp();
  // Difference quotients are meaningless near a jump and where numbers saturate.
  const Tensor neighbours = at::stack({d().log_prob(above).exp(), d().log_prob(below).exp()});
  Tensor smooth = ((neighbours - density).abs() < 1e-2 * density)
                      .all(0)
                      .logical_and(*cdf > 1e-3)
                      .logical_and(*cdf < 1 - 1e-3)
                      .logical_and(density < 1e6);
  if (is_rounded()) smooth = smooth.logical_and(draws_.abs() < 10);  // else they saturate
  const double tolerance = is_rounded() ? 1e-1 : 1e-2;
  require(
      everywhere(
          ((slope - density).abs() <= tolerance * density + 1e-6).logical_or(smooth.logical_not())),
      "the density is ", text_of(density), ", the slope of cdf ", text_of(slope), " at ",
      text_of(draws_));
}

void DistributionSubject::draws_with_gradients() {
  auto inputs = leaves_with_gradients();
  const DistributionPtr with_graph = program_.expression(inputs);
  const auto outcome = attempt("rsample", [&] { return with_graph->rsample({2}); });
  if (is_refused(outcome)) return;
  require(outcome.value.has_value() == d().has_rsample(), "has_rsample() is ", d().has_rsample(),
          ", but rsample ", outcome.value ? "works" : "is not implemented");
  if (!outcome.value) return;
  const Tensor& draws = *outcome.value;
  require(draws.sizes() == IntArrayRef(joined({2}, full_shape())), "rsample({2}) has shape ",
          draws.sizes());
  if (!promises_numbers() || !draws.isfinite().all().item<bool>()) return;
  // A number that overflows before a bounded transform has a slope of 0 times infinity.
  if (is_rounded()) return;
  // The gradients of two elements may overflow in the parameter's dtype, and have opposite signs.
  for (const Tensor& input : inputs) {
    if (draws.numel() > 0 && input.is_floating_point() &&
        draws.abs().max().item<double>() > largest_of(input.scalar_type())) {
      return;
    }
  }
  const auto found =
      *value_of("the gradient of rsample", [&] { return gradients(draws, inputs, false); });
  for (const Tensor& gradient : found) {
    if (gradient.defined()) {
      require_no_nan("the gradient of rsample, where draws are " + text_of(draws) + ",", gradient);
    }
  }
}

}  // namespace torch::distributions::random_calls
