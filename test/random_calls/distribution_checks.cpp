// Checks of every distribution, whatever its parameters.

#include <ATen/ATen.h>

#include <cmath>
#include <regex>

#include "random_calls/comparison.h"
#include "random_calls/distribution_subject.h"

namespace torch::distributions::random_calls {
namespace {

using at::IntArrayRef;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct OfParameters {
  const char* name;
  Tensor (Distribution::*method)() const;
  bool of_events;  // the result has the shape of the events, not only of the batch
};
constexpr OfParameters kOfParameters[] = {
    {"mean", &Distribution::mean, true},         {"mode", &Distribution::mode, true},
    {"variance", &Distribution::variance, true}, {"stddev", &Distribution::stddev, true},
    {"entropy", &Distribution::entropy, false},  {"perplexity", &Distribution::perplexity, false}};

/// True where the mode is NaN because there is no single one, as the headers document; undefined if
/// there is always one.
Tensor without_mode(const Distribution& d) {
  if (const auto* beta = dynamic_cast<const Beta*>(&d)) {
    const Tensor a = beta->concentration1(), b = beta->concentration0();
    return (a <= 1).logical_and(b <= 1).logical_and((a == 1) == (b == 1));
  }
  if (const auto* dirichlet = dynamic_cast<const Dirichlet*>(&d)) {
    const Tensor a = dirichlet->concentration();
    const Tensor largest = a.amax(-1, true);
    const Tensor is_shared = (a == largest).sum(-1, true) > 1;
    return is_shared.logical_and(largest == 1).expand_as(a);
  }
  if (const auto* f = dynamic_cast<const FisherSnedecor*>(&d)) return f->df1() <= 2;
  if (const auto* wishart = dynamic_cast<const Wishart*>(&d)) {
    const Tensor df = wishart->df().unsqueeze(-1).unsqueeze(-1);
    return df <= static_cast<double>(d.event_shape().front() + 1);
  }
  if (const auto* bernoulli = dynamic_cast<const Bernoulli*>(&d)) return bernoulli->probs() == 0.5;
  if (const auto* continuous = dynamic_cast<const ContinuousBernoulli*>(&d))
    return continuous->logits() == 0;
  if (dynamic_cast<const Uniform*>(&d)) return at::ones({}, at::kBool);
  if (const auto* independent = dynamic_cast<const Independent*>(&d)) {
    return without_mode(*independent->base_dist());
  }
  if (const auto* transformed = dynamic_cast<const TransformedDistribution*>(&d)) {
    return without_mode(*transformed->base_dist());
  }
  return {};
}

}  // namespace

void DistributionSubject::construct() {
  for (const Tensor& leaf : program_.expression.leaves) {
    leaves_before_.push_back(leaf.resolve_neg().clone());
  }
  distribution_ = value_of("the constructor, without validation,", program_.expression);
  std::ostringstream out;
  out << d();
  text_before_ = out.str();
}

void DistributionSubject::refuses_parameters_outside_their_domain() {
  const ValidateArgsGuard guard(true);
  const auto made = attempt("the constructor", program_.expression);
  // LowRankMultivariateNormal also refuses factors that are 1e300 times the root of the diagonal.
  const bool overflows = made.message.find("their ratio overflows") != std::string::npos;
  if (is_valid() && !overflows)
    require(made.value.has_value(), "the constructor raises: ", made.message);
  if (generator_.must_refuse() && c10::multiply_integers(full_shape()) > 0) {
    require(!made.value.has_value(), "the constructor does not raise");
  }
}

void DistributionSubject::has_its_shapes() {
  require(d().batch_shape() == IntArrayRef(program_.batch), "batch_shape is ", d().batch_shape());
  require(d().event_shape() == IntArrayRef(program_.event), "event_shape is ", d().event_shape());
  require(!text_before_.empty() &&
              program_.expression.text.starts_with(text_before_.substr(0, text_before_.find('('))),
          "it prints ", text_before_);
}

void DistributionSubject::draws_in_its_support() {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{2, 1}, Shape{5}}) {
    const auto outcome =
        attempt("sample(" + text_of(shape) + ")", [&] { return d().sample(shape); });
    if (is_refused(outcome)) return;
    const Tensor sample = *outcome.value;
    require(sample.sizes() == IntArrayRef(joined(shape, full_shape())), "sample(", text_of(shape),
            ") has shape ", sample.sizes());
    require(!sample.requires_grad(), "sample has a graph");
    draws_ = sample;
  }
  if (!promises_numbers()) return;
  require_no_nan("sample()", draws_);
  if (!is_rounded()) {
    require(!d().support()->first_violation(draws_),
            "sample() lies outside the support: ", text_of(draws_));
  }
  const ValidateArgsGuard guard(true);
  const auto outcome = attempt("log_prob(sample())", [&] { return d().log_prob(draws_); });
  // A value that overflows in one transform, or is rounded in half, may be outside the image of
  // another.
  const bool is_precise = is_ordinary() && !generator_.mixes_dtypes() &&
                          epsilon_of(draws_.scalar_type()) < 1e-6 && everywhere(draws_.isfinite());
  // A mixture does not move a rounded value to the nearest point of its support.
  require(!outcome.refused() || (is_rounded() && (!is_precise || has("Mixture"))),
          "log_prob(sample()) raises: ", outcome.message);
  if (!outcome.value) return;
  const Tensor& log_prob = *outcome.value;
  // Where a value overflows to the end of a transform, density and Jacobian may both be infinite.
  // In half, the tails of FisherSnedecor reach the largest number.
  const bool overflows = has("FisherSnedecor(") && epsilon_of(draws_.scalar_type()) > 1e-6;
  if ((is_ordinary() && event_dim() == 0 && !overflows) || !is_rounded())
    require_no_nan("log_prob(sample())", log_prob, undecided_events(draws_));
}

void DistributionSubject::draws_the_same_again() {
  if (!draws_.defined()) return;
  const auto draw = [&] {
    at::manual_seed(7);
    return d().sample({3});
  };
  const Tensor once = draw(), again = draw();
  require(same_bits(once, again), "sample is ", text_of(once), ", then ", text_of(again));
}

bool DistributionSubject::draws_categories() const {
  static const std::regex others("MixtureSameFamily.Categorical|OneHotCategorical");
  return std::regex_replace(program_.expression.text, others, "").find("Categorical(") !=
         std::string::npos;
}

// All mass is at infinity if the probability is 0 or 1.
bool DistributionSubject::may_be_infinite() const { return has("LogitRelaxedBernoulli("); }

void DistributionSubject::knows_its_moments() {
  for (const auto& [name, method, of_events] : kOfParameters) {
    const auto found = value_of(name, [&] { return (d().*method)(); });
    if (!found) continue;
    const Shape shape = of_events ? full_shape() : program_.batch;
    require(found->sizes() == IntArrayRef(shape), name, " has shape ", found->sizes(), ", not ",
            text_of(shape));
    const Tensor again = (d().*method)();
    require(same_bits(*found, again), name, " is ", text_of(*found), ", then ", text_of(again));
    if (!promises_numbers()) continue;
    const std::string_view moment = name;
    if (draws_categories() && (moment == "mean" || moment == "variance" || moment == "stddev")) {
      continue;  // documented as NaN
    }
    // Moments that do not exist are NaN.
    const bool lacks_moments =
        has("StudentT(") || has("FisherSnedecor(") || has("GeneralizedPareto(") ||
        (has("Cauchy(") && !has("HalfCauchy(")) || (has("Mixture") && may_be_infinite());
    if (lacks_moments && (moment == "mean" || moment == "variance" || moment == "stddev")) {
      continue;
    }
    require_no_nan(name, *found, moment == "mode" ? without_mode(d()) : Tensor());
    if (moment == "variance" || moment == "stddev" || moment == "perplexity") {
      require(everywhere(found->detach() >= 0), name, " is ", text_of(*found));
    }
  }
  if (!is_ordinary() || !draws_.defined() || epsilon_of(generator_.dtype()) > 1e-6 ||
      generator_.mixes_dtypes()) {
    return;
  }
  const auto mode = value_of("mode", [&] { return d().mode(); });
  if (!mode) return;
  // Weibull's mode may be 0, an end that the support lacks.
  const auto is_limit = [&](const Tensor& x) {
    if (!has("Weibull")) return at::zeros({}, at::kBool);
    return event_dim() == 0 ? x.eq(0) : x.eq(0).flatten(-event_dim()).any(-1);
  };
  const Tensor at_mode = d().log_prob(*mode), elsewhere = d().log_prob(draws_);
  if (at_mode.numel() == 0 || is_rounded()) return;  // the mode may be rounded to an end
  require(everywhere((at_mode >= elsewhere - 1e-3 * (1 + elsewhere.abs()))
                         .logical_or(at_mode.isnan())
                         .logical_or(at_mode == kInfinity)
                         .logical_or(is_limit(*mode))),
          "log_prob is ", text_of(at_mode), " at the mode, ", text_of(elsewhere), " at ",
          text_of(draws_));
}

Literal DistributionSubject::values() {
  Tensor numbers;
  if (draws_.defined()) {
    numbers = draws_;
  } else {
    numbers = at::zeros(joined({5}, full_shape()), generator_.dtype());
  }
  const at::ScalarType own = numbers.scalar_type();
  if (random_.chance(0.2)) numbers = numbers.select(0, 0);
  const int64_t rank = numbers.dim() - event_dim();
  for (int64_t d = 0; d < rank; ++d) {
    if (random_.chance(0.15) && numbers.size(d) > 1) numbers = numbers.narrow(d, 0, 1);
  }
  if (random_.chance(0.7)) {
    Tensor changed = numbers.to(at::kDouble).clone(at::MemoryFormat::Contiguous);
    auto* x = changed.mutable_data_ptr<double>();
    for (int64_t i = 0; i < changed.numel(); ++i) {
      if (!random_.chance(0.3)) continue;
      do {
        x[i] = any_number(random_, own);
      } while (has("MultivariateNormal") && !has_normal_squares(x[i], own));  // else sums overflow
      if (random_.chance(0.3)) x[i] = static_cast<double>(random_.below(4));
    }
    numbers = own == at::kLong ? changed.nan_to_num(0).clamp(-1e6, 1e6).to(own) : changed.to(own);
  }
  const at::ScalarType dtypes[] = {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16};
  if (random_.chance(0.1)) numbers = numbers.to(random_.pick(dtypes));
  if (random_.chance(0.05))
    numbers = numbers.to(at::kDouble).nan_to_num(0).clamp(-1e6, 1e6).to(at::kLong);
  return literal(random_, numbers);
}

Tensor DistributionSubject::nan_events(const Tensor& values) const {
  return any_of_event(values.detach().isnan());
}

Tensor DistributionSubject::any_of_event(Tensor condition) const {
  for (int64_t k = 0; k < event_dim(); ++k) condition = condition.any(-1);
  return condition;
}

Tensor DistributionSubject::undecided_events(const Tensor& values) const {
  if (event_dim() > 0 && is_rounded()) return at::ones({}, at::kBool);
  if (!has("Independent(") && !has("Dirichlet") && !has("RelaxedOneHot"))
    return at::zeros({}, at::kBool);
  const Tensor x = values.detach();
  return any_of_event((x <= 0).logical_or(x >= 1));
}

void DistributionSubject::scores_values() {
  const auto [x, text] = values();
  const std::string what = "log_prob(" + text + ")";
  const auto outcome = attempt(what, [&] { return d().log_prob(x); });
  if (is_refused(outcome)) return;
  const Tensor log_prob = *outcome.value;
  const auto shape = at::infer_size(
      x.sizes().slice(0, static_cast<std::size_t>(x.dim() - event_dim())), program_.batch);
  require(log_prob.sizes() == IntArrayRef(shape), what, " has shape ", log_prob.sizes());
  require(log_prob.is_floating_point(), what, " is of dtype ", log_prob.scalar_type());
  const Tensor again = d().log_prob(x);
  require(same_bits(log_prob, again), what, " is ", text_of(log_prob), ", then ", text_of(again));
  if (!promises_numbers()) return;

  const Tensor nan = nan_events(x);
  require_no_nan(what, log_prob, nan.logical_or(undecided_events(x)));
  require(everywhere(log_prob.isnan().logical_or(nan.logical_not())), what, " of NaN is ",
          text_of(log_prob));
  const auto support = d().support();
  const Tensor inside = support->check(x);
  require(support->first_violation(x).has_value() == !everywhere(inside),
          "first_violation and check of the support disagree on ", text);
  const Tensor impossible = log_prob == -kInfinity;
  require(
      everywhere(inside.logical_or(impossible).logical_or(nan).logical_or(undecided_events(x))) ||
          is_rounded(),
      what, " is not -inf outside the support: ", text_of(log_prob));

  const ValidateArgsGuard guard(true);
  const auto validated = attempt(what + ", validated,", [&] { return d().log_prob(x); });
  if (!validated.value) {
    require(!everywhere(inside) || is_rounded(), what,
            " raises inside the support: ", validated.message);
  } else if (log_prob.numel() > 0) {
    require(everywhere(inside) || is_rounded(), what, " does not raise outside the support");
    require_close(what + ", validated,", *validated.value, log_prob,
                  16 * epsilon_of(log_prob.scalar_type()));
  }
}

double DistributionSubject::condition() const {
  if (event_dim() != 2 || !draws_.defined() || !everywhere(draws_.isfinite())) return 1;
  const Tensor condition = at::linalg_cond(draws_.detach().to(at::kDouble)).nan_to_num(1, 1, 1);
  return condition.numel() == 0 ? 1 : std::max(1.0, condition.max().item<double>());
}

void DistributionSubject::does_not_mind_layouts() {
  if (!draws_.defined()) return;
  const Tensor want = d().log_prob(draws_);
  const auto [x, text] = literal(random_, draws_);
  const Tensor got = d().log_prob(x);
  require(got.sizes() == want.sizes(), "log_prob(", text, ") has shape ", got.sizes());
  // Hostile parameters may leave only the last digits of a logarithm, in which vector and scalar
  // functions differ. A chain of transforms magnifies the difference.
  if (!is_ordinary() || (is_rounded() && want.scalar_type() != at::kDouble)) return;
  require_close("log_prob(" + text + ") of another layout", got, want,
                is_rounded() ? 1e-6 : 16 * condition() * epsilon_of(want.scalar_type()));
}

void DistributionSubject::has_a_distribution_function() {
  if (event_dim() > 0) return;
  const auto [x, text] = values();
  const std::string what = "cdf(" + text + ")";
  const auto outcome = attempt(what, [&] { return d().cdf(x); });
  if (is_refused(outcome)) return;
  const auto& found = outcome.value;
  if (!found) return;
  const auto shape = at::infer_size(x.sizes(), program_.batch);
  require(found->sizes() == IntArrayRef(shape), what, " has shape ", found->sizes());
  require(same_bits(*found, d().cdf(x)), what, " differs when called again");
  if (!promises_numbers() || found->numel() == 0) return;
  require_no_nan(what, *found, x.isnan());
  const Tensor in_range = (*found >= 0).logical_and(*found <= 1).logical_or(x.isnan());
  require(everywhere(in_range), what, " is ",
          text_of(found->masked_select(in_range.logical_not())));
  if (!draws_.defined()) return;

  const Tensor ends = at::full({1}, kInfinity, x.options().dtype(at::kFloat));
  if (is_rounded() && generator_.mixes_dtypes()) return;  // a scale may underflow in float
  const Tensor at_end = d().cdf(ends);
  const auto dtype = generator_.mixes_dtypes() ? at::kBFloat16 : at_end.scalar_type();
  // The sum of a mixture's weights is 1 up to rounding.
  const double tolerance = has("Mixture") ? 8 * epsilon_of(dtype) : 0;
  require(everywhere(at_end >= 1 - tolerance), "cdf(inf) is ", text_of(at_end));
  require(may_be_infinite() || everywhere(d().cdf(-ends) == 0), "cdf(-inf) is ",
          text_of(d().cdf(-ends)));
  const Tensor sorted = std::get<0>(draws_.sort(0)), climb = d().cdf(sorted);
  const double slack = -2 * epsilon_of(climb.scalar_type());
  require(may_saturate() || everywhere(climb.diff(1, 0) >= slack), "cdf(", text_of(sorted),
          ") decreases: ", text_of(climb));
  const ValidateArgsGuard guard(true);
  require(same_bits(d().cdf(sorted), climb), "cdf differs when validated");

  if (!is_ordinary() || epsilon_of(generator_.dtype()) > 1e-6 || generator_.mixes_dtypes()) return;
  const auto back = value_of("icdf(cdf(sample()))", [&] { return d().icdf(climb); });
  if (!back || is_rounded()) return;
  const Tensor known = (climb > 0.01).logical_and(climb < 0.99);
  const Tensor off = (*back - sorted).abs() / (1 + sorted.abs());
  require(everywhere((off < 1e-3).logical_or(known.logical_not())), "icdf(cdf(x)) is ",
          text_of(*back), " of ", text_of(sorted));
}

void DistributionSubject::has_tails() {
  const auto [x, text] = values();
  const auto outcome = attempt("log_cdf(" + text + ")", [&] { return d().log_cdf(x); });
  if (is_refused(outcome)) return;
  const auto upper =
      attempt("log_survival_function(" + text + ")", [&] { return d().log_survival_function(x); });
  require(upper.not_implemented == outcome.not_implemented,
          "only one of log_cdf and log_survival_function is implemented");
  if (!outcome.value) return;
  const Tensor &log_cdf = *outcome.value, &log_survival = *upper.value,
               survival = d().survival_function(x);
  const auto shape = at::infer_size(x.sizes(), program_.batch);
  for (const Tensor& tail : {log_cdf, log_survival, survival})
    require(tail.sizes() == IntArrayRef(shape), "a tail of ", text, " has shape ", tail.sizes());
  if (!promises_numbers() || log_cdf.numel() == 0) return;
  const std::pair<const char*, Tensor> logs[] = {{"log_cdf", log_cdf},
                                                 {"log_survival_function", log_survival}};
  for (const auto& [name, tail] : logs) {
    require_no_nan(std::string(name) + "(" + text + ")", tail, x.isnan());
    require(everywhere((tail <= 0).logical_or(x.isnan())), name, "(", text, ") is ", text_of(tail));
  }
  require_no_nan("survival_function(" + text + ")", survival, x.isnan());
  require(everywhere((survival >= 0).logical_and(survival <= 1).logical_or(x.isnan())),
          "survival_function(", text, ") is ", text_of(survival));
  if (generator_.mixes_dtypes()) return;
  const double tolerance = 256 * epsilon_of(survival.scalar_type());
  const auto expect_one = [&](const char* what, const Tensor& sum) {
    require(everywhere(((sum - 1).abs() <= tolerance).logical_or(x.isnan())), what, " at ", text,
            " add up to ", text_of(sum));
  };
  expect_one("exp(log_cdf) and the survival function", log_cdf.exp() + survival);
  expect_one("exp(log_cdf) and exp(log_survival_function)", log_cdf.exp() + log_survival.exp());
}

void DistributionSubject::has_quantiles() {
  if (event_dim() > 0) return;
  std::vector<double> numbers{0, 1, 0.5, 0x1p-24, 1 - 0x1p-11, random_.between(0, 1)};
  Shape column(program_.batch.size() + 1, 1);
  column[0] = static_cast<int64_t>(numbers.size());
  std::sort(numbers.begin(), numbers.end());
  const Tensor p = at::tensor(numbers, at::kDouble).view(column).to(generator_.dtype());
  const auto found = value_of("icdf", [&] { return d().icdf(p); });
  if (!found || found->numel() == 0) return;
  require(same_bits(*found, d().icdf(p)), "icdf differs when called again");
  const Tensor bad = at::tensor({-0.5, 1.5, kInfinity}, at::kDouble).view([&] {
    column[0] = 3;
    return IntArrayRef(column);
  }());
  const Tensor of_bad = *value_of("icdf of numbers outside [0, 1]", [&] { return d().icdf(bad); });
  require(everywhere(of_bad.isnan()), "icdf of numbers outside [0, 1] is ", text_of(of_bad));
  if (!promises_numbers()) return;
  require_no_nan("icdf(" + text_of(p) + ")", *found);
  const Tensor least =
      -4 * epsilon_of(found->scalar_type()) * found->narrow(0, 1, p.size(0) - 1).abs();
  require(may_saturate() || everywhere(found->diff(1, 0).nan_to_num(0) >= least.nan_to_num(0)),
          "icdf(", text_of(p), ") decreases: ", text_of(*found));
  const ValidateArgsGuard guard(true);
  require(same_bits(d().icdf(p), *found), "icdf differs when validated");
  refusal_of("icdf of numbers outside [0, 1]", [&] { return d().icdf(bad); });
}

void DistributionSubject::enumerates_its_support() {
  constexpr int64_t kMost = 10;  // the number of events is exponential in their size
  if (!is_ordinary() || c10::multiply_integers(program_.event) > kMost) return;
  const auto outcome = attempt("enumerate_support", [&] { return d().enumerate_support(); });
  if (outcome.refused()) return;  // it may refuse too large a result
  const auto& found = outcome.value;
  require(found.has_value() || !d().has_enumerate_support() || has("Binomial"),
          "enumerate_support is not implemented, but has_enumerate_support() is true");
  if (!found) return;
  const auto n = found->dim() > 0 ? found->size(0) : -1;
  require(found->sizes() == IntArrayRef(joined({n}, full_shape())), "enumerate_support has shape ",
          found->sizes());
  if (found->numel() == 0) return;
  require(!d().support()->first_violation(*found), "enumerate_support leaves the support");
  const Tensor log_prob = d().log_prob(*found);
  const Tensor total = log_prob.to(at::kDouble).exp().sum(0);
  const double tolerance =
      64 * epsilon_of(generator_.mixes_dtypes() ? at::kBFloat16 : log_prob.scalar_type());
  require(everywhere((total - 1).abs() < tolerance), "all probabilities sum to ", text_of(total));
}

void DistributionSubject::expands() {
  Shape batch = program_.batch;
  for (int64_t& size : batch) {
    if (size == 1 && random_.chance(0.5)) size = 3;
  }
  if (random_.chance(0.5)) batch.insert(batch.begin(), 1 + random_.below(3));
  const std::string what = "expand(" + text_of(batch) + ")";
  const DistributionPtr expanded = *value_of(what, [&] { return d().expand(batch); });
  require(expanded->batch_shape() == IntArrayRef(batch), what, " has batch_shape ",
          expanded->batch_shape());
  require(expanded->event_shape() == d().event_shape(), what, " has event_shape ",
          expanded->event_shape());
  require(expanded->type() == d().type(), what, " is a ", expanded->type().name);
  const Shape whole = joined(batch, program_.event);
  if (draws_.defined()) {
    const Tensor sample = *value_of(what + ".sample({2})", [&] { return expanded->sample({2}); });
    require(sample.sizes() == IntArrayRef(joined({2}, whole)), what, ".sample({2}) has shape ",
            sample.sizes());
  }
  const auto compare = [&](const std::string& name, const Tensor& got, const Tensor& want,
                           const Shape& shape, double units = 64) {
    const auto dtype = generator_.mixes_dtypes() ? at::kBFloat16 : want.scalar_type();
    // A standard deviation is the square root of a variance, in which digits may have cancelled.
    const double epsilon = std::max(epsilon_of(dtype), epsilon_of(got.scalar_type()));
    require_close(what + "." + name, got, want.expand(shape),
                  units * (name == "stddev" ? std::sqrt(epsilon) : epsilon));
  };
  for (const auto& [name, method, of_events] : kOfParameters) {
    const auto want = value_of(name, [&] { return (d().*method)(); });
    if (!want) continue;
    const Tensor got = *value_of(what + "." + name, [&] { return ((*expanded).*method)(); });
    if (!is_valid() || (has("Mixture") && !is_ordinary())) continue;  // large terms may cancel
    compare(name, got, *want, of_events ? whole : batch);
  }
  // A value at the end of a support may round to either side of it.
  // A factor of low rank may be so long that all digits beside it are lost.
  const bool may_cancel = is_rounded() || has("Mixture") || has("LowRank");
  if (!draws_.defined() || !is_valid() || (may_cancel && !is_ordinary())) return;
  const Tensor x = draws_.select(0, 0);
  compare("log_prob",
          *value_of(what + ".log_prob", [&] { return expanded->log_prob(x.expand(whole)); }),
          d().log_prob(x), batch, 64 * condition());
  const auto cdf = attempt("cdf", [&] { return d().cdf(x); });
  if (cdf.value) compare("cdf", expanded->cdf(x), *cdf.value, batch);
}

void DistributionSubject::sums_over_events() {
  if (!draws_.defined()) return;
  const auto rank = static_cast<int64_t>(program_.batch.size());
  const int64_t dims = random_.below(rank + 1);
  const std::string what = "Independent(d, " + std::to_string(dims) + ").log_prob(sample())";
  const Tensor got = *value_of(what, [&] { return Independent(d(), dims).log_prob(draws_); });
  Tensor want = d().log_prob(draws_).to(at::kDouble);
  for (int64_t k = 0; k < dims; ++k) want = want.sum(-1);
  if (!is_ordinary()) {
    require(got.sizes() == want.sizes(), what, " has shape ", got.sizes());
    return;  // the order of summation matters to numbers of different sizes
  }
  require_close(
      what, got.to(at::kDouble), want,
      64 * epsilon_of(got.scalar_type()) * static_cast<double>(1 + d().log_prob(draws_).numel()));
}

void DistributionSubject::converts() {
  const DistributionPtr wide = *value_of("to(kDouble)", [&] { return d().to(at::kDouble); });
  require(wide->batch_shape() == d().batch_shape(), "to(kDouble) has batch_shape ",
          wide->batch_shape());
  if (draws_.defined()) value_of("to(kDouble).sample()", [&] { return wide->sample(); });
  const DistributionPtr meta = *value_of("to(kMeta)", [&] { return d().to(at::kMeta); });
  require(meta->batch_shape() == d().batch_shape(), "to(kMeta) has batch_shape ",
          meta->batch_shape());
  if (!draws_.defined()) return;
  const auto log_prob =
      value_of("to(kMeta).log_prob", [&] { return meta->log_prob(draws_.to(at::kMeta)); });
  if (!log_prob) return;  // LibTorch lacks an operation for meta tensors
  require(log_prob->is_meta() && log_prob->sizes() == d().log_prob(draws_).sizes(),
          "to(kMeta).log_prob has shape ", log_prob->sizes());
}

void DistributionSubject::works_in_inference_mode() {
  if (!draws_.defined()) return;
  const Tensor want = d().log_prob(draws_);
  const c10::InferenceMode mode;
  const DistributionPtr inside =
      *value_of("the constructor in inference mode", program_.expression);
  const Tensor got =
      *value_of("log_prob in inference mode", [&] { return inside->log_prob(draws_); });
  require(same_bits(got, want), "log_prob in inference mode is ", text_of(got), ", not ",
          text_of(want));
  value_of("sample in inference mode", [&] { return inside->sample(); });
}

void DistributionSubject::diverges_from_others() {
  const auto own = value_of("kl_divergence(p, p)", [&] { return kl_divergence(d(), d()); });
  if (!own) return;
  require(own->sizes() == IntArrayRef(program_.batch), "kl_divergence has shape ", own->sizes());
  if (promises_numbers()) {
    // The squares of a factor of low rank may overflow beside the diagonal.
    const Tensor overflows = has("LowRank") ? own->isnan() : at::zeros({}, at::kBool);
    require(everywhere((*own == 0).logical_or(overflows)), "kl_divergence(p, p) is ",
            text_of(*own));
  }

  Generator changed(seed_, ~seed_);  // the same program with other numbers
  const Program q = changed.distribution();
  const std::string what = "kl_divergence(p, " + q.expression.text + ")";
  const DistributionPtr of_q = q.expression();
  const auto found = value_of(what, [&] { return kl_divergence(d(), *of_q); });
  if (!found) return;  // the transforms or the numbers of trials differ
  require(same_bits(*found, kl_divergence(d(), *of_q)), what, " differs when called again");
  if (!promises_numbers() || !changed.promises_numbers()) return;
  require_no_nan(what, *found);
  require(everywhere(*found >= 0), what, " is ", text_of(*found));
}

void DistributionSubject::is_possible_where_it_is_likely() {
  const auto* transformed = dynamic_cast<const TransformedDistribution*>(&d());
  if (transformed == nullptr || !is_ordinary() || event_dim() > 0 ||
      epsilon_of(generator_.dtype()) > 1e-6 || generator_.mixes_dtypes()) {
    return;
  }
  const auto [given, text] = values();
  if (!given.is_floating_point()) return;
  const Tensor log_prob = d().log_prob(given);
  const Tensor y = given.to(at::promote_types(given.scalar_type(), generator_.dtype()));
  Tensor x = y, farthest = y.abs();
  const std::vector<TransformPtr>& transforms = transformed->transforms();
  for (auto t = transforms.rbegin(); t != transforms.rend(); ++t) {
    x = (*t)->inv()(x);
    farthest = farthest.fmax(x.abs());
  }
  const Tensor image = ComposeTransform(transforms)(x);
  // Far from 0 the transforms underflow, overflow or saturate.
  const double far = y.scalar_type() == at::kDouble ? 17 : 8;
  const Tensor same = ((image - y).abs() < 5e-2 * (1 + y.abs())).logical_or(farthest > far);
  require(everywhere(same.logical_or(log_prob == -kInfinity).logical_or(y.isnan())), "log_prob(",
          text, ") is ", text_of(log_prob), ", but of what is mapped there, ", text_of(image),
          " is the image");
}

void DistributionSubject::refuses_nonsense() {
  for (const bool validated : {false, true}) {
    const ValidateArgsGuard guard(validated);
    refusal_of("log_prob(Tensor())", [&] { return d().log_prob(Tensor()); });
    refusal_of("log_prob(a complex tensor)",
               [&] { return d().log_prob(at::zeros(full_shape(), at::kComplexFloat)); });
    refusal_of("sample({-1})", [&] { return d().sample({-1}); });
    refusal_of("expand({-1})", [&] { return d().expand({-1}); });
    refusal_of("expand({INT64_MIN})", [&] { return d().expand({INT64_MIN}); });
    refusal_of("sample({1 << 62, 4})", [&] { return d().sample({int64_t{1} << 62, 4}); });
    if (!program_.expression.leaves.empty()) {
      refusal_of("to(kLong)", [&] { return d().to(at::kLong); });
    }
  }
  const auto& leaves = program_.expression.leaves;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto with = [&](const Tensor& other) {
      auto changed = leaves;
      changed[i] = other;
      return program_.expression(changed);
    };
    refusal_of("the constructor of an undefined parameter", [&] { return with({}); });
    refusal_of("the constructor of a complex parameter",
               [&] { return with(leaves[i].to(at::kComplexFloat)); });
  }
  attempt("log_prob of uint16", [&] { return d().log_prob(at::ones(full_shape(), at::kUInt16)); });
  attempt("log_prob of float8",
          [&] { return d().log_prob(at::ones(full_shape()).to(at::kFloat8_e4m3fn)); });
  attempt("to(kFloat8_e5m2)", [&] { return d().to(at::kFloat8_e5m2)->mean(); });
  // A last dimension of 6 matches 6 or 1, since Independent takes the base's word for the shape.
  const Shape whole = full_shape();
  if (whole.empty() || whole.back() == 6 || whole.back() == 1) return;
  const ValidateArgsGuard guard(true);
  refusal_of("log_prob of a value of the wrong shape",
             [&] { return d().log_prob(at::zeros(joined(whole, {6}), generator_.dtype())); });
}

void DistributionSubject::is_as_it_was() {
  const auto& leaves = program_.expression.leaves;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    require(same_bits(leaves[i], leaves_before_[i]), "the parameter ", i, " changed from ",
            text_of(leaves_before_[i]), " to ", text_of(leaves[i]));
  }
  std::ostringstream out;
  out << d();
  require(out.str() == text_before_, "it printed ", text_before_, ", now ", out.str());
}

Experiment DistributionSubject::experiment(uint64_t seed) {
  static constexpr Method<DistributionSubject> kMethods[] = {
      {"construct", &DistributionSubject::construct},
      {"refuses_parameters_outside_their_domain",
       &DistributionSubject::refuses_parameters_outside_their_domain},
      {"has_its_shapes", &DistributionSubject::has_its_shapes},
      {"draws_in_its_support", &DistributionSubject::draws_in_its_support},
      {"draws_the_same_again", &DistributionSubject::draws_the_same_again},
      {"knows_its_moments", &DistributionSubject::knows_its_moments},
      {"scores_values", &DistributionSubject::scores_values},
      {"does_not_mind_layouts", &DistributionSubject::does_not_mind_layouts},
      {"has_a_distribution_function", &DistributionSubject::has_a_distribution_function},
      {"has_tails", &DistributionSubject::has_tails},
      {"has_quantiles", &DistributionSubject::has_quantiles},
      {"enumerates_its_support", &DistributionSubject::enumerates_its_support},
      {"expands", &DistributionSubject::expands},
      {"sums_over_events", &DistributionSubject::sums_over_events},
      {"has_gradients", &DistributionSubject::has_gradients},
      {"has_the_gradients_of_its_graph", &DistributionSubject::has_the_gradients_of_its_graph},
      {"has_the_gradients_of_differences", &DistributionSubject::has_the_gradients_of_differences},
      {"has_the_slope_of_its_cdf", &DistributionSubject::has_the_slope_of_its_cdf},
      {"draws_with_gradients", &DistributionSubject::draws_with_gradients},
      {"converts", &DistributionSubject::converts},
      {"works_in_inference_mode", &DistributionSubject::works_in_inference_mode},
      {"diverges_from_others", &DistributionSubject::diverges_from_others},
      {"is_possible_where_it_is_likely", &DistributionSubject::is_possible_where_it_is_likely},
      {"refuses_nonsense", &DistributionSubject::refuses_nonsense},
      {"is_as_it_was", &DistributionSubject::is_as_it_was}};
  const auto subject = std::make_shared<DistributionSubject>(seed);
  return experiment_of(subject, subject->program_.expression.text, kMethods);
}

Experiment distribution_experiment(uint64_t seed) { return DistributionSubject::experiment(seed); }

}  // namespace torch::distributions::random_calls
