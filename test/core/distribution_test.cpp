#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include <torch/distributions.h>
#include <torch/distributions/core/implements.h>

#include "support/data.h"

namespace torch::distributions {
namespace {

using ::testing::HasSubstr;

/// A distribution that states a support and overrides no method.
class Bare : public Implements<Bare> {
 public:
  static const Signature<Bare>& signature() {
    static const Signature<Bare> s{.name = "Bare", .support = constraints::real};
    return s;
  }
};

template <class Error, class Call>
std::string message(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

TEST(Distribution, AMissingMethodNamesClassAndMethod) {
  const Bare bare;
  const Tensor x = at::zeros({});
  const auto missing = [&](auto&& call) { return message<c10::NotImplementedError>(call); };
  EXPECT_THAT(missing([&] { bare.sample(); }), HasSubstr("Bare::sample is not implemented"));
  EXPECT_THAT(missing([&] { bare.rsample(); }), HasSubstr("Bare::rsample"));
  EXPECT_THAT(missing([&] { bare.log_prob(x); }), HasSubstr("Bare::log_prob"));
  EXPECT_THAT(missing([&] { bare.cdf(x); }), HasSubstr("Bare::cdf"));
  EXPECT_THAT(missing([&] { bare.icdf(x); }), HasSubstr("Bare::icdf"));
  EXPECT_THAT(missing([&] { bare.log_cdf(x); }), HasSubstr("Bare::log_cdf"));
  EXPECT_THAT(missing([&] { bare.survival_function(x); }),
              HasSubstr("Bare::log_survival_function"));
  EXPECT_THAT(missing([&] { bare.log_survival_function(x); }),
              HasSubstr("Bare::log_survival_function"));
  EXPECT_THAT(missing([&] { bare.mean(); }), HasSubstr("Bare::mean"));
  EXPECT_THAT(missing([&] { bare.mode(); }), HasSubstr("Bare::mode"));
  EXPECT_THAT(missing([&] { bare.variance(); }), HasSubstr("Bare::variance"));
  EXPECT_THAT(missing([&] { bare.stddev(); }), HasSubstr("Bare::variance"));
  EXPECT_THAT(missing([&] { bare.entropy(); }), HasSubstr("Bare::entropy"));
  EXPECT_THAT(missing([&] { bare.perplexity(); }), HasSubstr("Bare::entropy"));
  EXPECT_THAT(missing([&] { bare.enumerate_support(); }), HasSubstr("Bare::enumerate_support"));
}

TEST(Distribution, NamesTheFirstOffendingValueAndItsIndex) {
  EXPECT_EQ(message<c10::ValueError>([] {
              Normal(at::zeros({2, 2}), at::tensor({1.0, 2.0, -3.0, -4.0}).view({2, 2}));
            }),
            "Expected parameter scale (Tensor of shape (2, 2)) of distribution Normal(loc: "
            "torch.Size([2, 2]), scale: "
            "torch.Size([2, 2])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found "
            "invalid values: the "
            "first is -3.0 at index [1, 0]");
  EXPECT_EQ(message<c10::ValueError>([] {
              Uniform(0, at::ones({3})).log_prob(at::tensor({0.5, 1.0, 1.5}));
            }),
            "Expected value argument (Tensor of shape (3,)) to be within the support "
            "(Interval(lower_bound=tensor([0., "
            "0., 0.]), upper_bound=tensor([1., 1., 1.]))) of the distribution Uniform(low: "
            "torch.Size([3]), high: "
            "torch.Size([3])), but found invalid values: the first is 1.5 at index [2]");
}

TEST(Distribution, ChecksTheShapeOfAValue) {
  const Normal normal(at::zeros({3}), 1);
  EXPECT_THAT(message<c10::ValueError>([&] { normal.log_prob(at::zeros({2})); }),
              HasSubstr("Value is not broadcastable with batch_shape+event_shape: torch.Size([2]) "
                        "vs torch.Size([3])"));
  EXPECT_NO_THROW(normal.log_prob(at::zeros({5, 1})));
  EXPECT_NO_THROW(normal.log_prob(at::zeros({})));
}

/// An object of every class that test/data has, in each of its forms.
std::vector<DistributionPtr> one_of_each(Validate validate_args = {}) {
  std::vector<DistributionPtr> all;
  for (const test::Family& family : test::families()) {
    const auto laws = family.laws();
    for (const auto& law : laws) all.push_back(law.make(law.ordinary(at::kDouble), validate_args));
    if (!laws.empty()) continue;
    const auto& cases = test::all_cases();
    const auto of_family = [&](const test::Case& c) { return c.distribution == family.name; };
    all.push_back(std::find_if(cases.begin(), cases.end(), of_family)->make(validate_args));
  }
  return all;
}

TEST(Distribution, RefusesAValueThatIsUndefinedOrHoldsNoNumbers) {
  const auto calls = [](const Distribution& d) {
    return std::vector<std::pair<std::string, std::function<void(const Tensor&)>>>{
        {"value", [&](const Tensor& x) { d.log_prob(x); }},
        {"value", [&](const Tensor& x) { d.cdf(x); }},
        {"value", [&](const Tensor& x) { d.log_cdf(x); }},
        {"value", [&](const Tensor& x) { d.survival_function(x); }},
        {"value", [&](const Tensor& x) { d.log_survival_function(x); }},
        {"probability", [&](const Tensor& x) { d.icdf(x); }}};
  };
  for (const bool validates : {true, false}) {
    for (const DistributionPtr& d : one_of_each(validates)) {
      const std::string name = d->type().name;
      for (const auto& [argument, call] : calls(d)) {
        const auto of_value = [&, &of = call](const Tensor& x) { return [&of, x] { of(x); }; };
        EXPECT_EQ(message<c10::ValueError>(of_value({})),
                  name + ": `" + argument + "` is undefined");
        const c10::InferenceMode on;
        EXPECT_EQ(message<c10::ValueError>(of_value({})),
                  name + ": `" + argument + "` is undefined");
        for (const auto dtype : {at::kComplexFloat, at::kComplexHalf, at::kUInt16, at::kUInt64,
                                 at::kFloat8_e5m2, at::kFloat8_e4m3fn}) {
          const Tensor value = at::ones({2}).to(dtype);
          EXPECT_THAT(message<c10::TypeError>(of_value(value)),
                      ::testing::StartsWith(name + ": `" + argument + "` has the dtype " +
                                            c10::toString(dtype)));
        }
        for (const Tensor& value : {at::ones({2}).to_sparse(), at::eye(2).to_sparse_csr()}) {
          EXPECT_THAT(message<c10::TypeError>(of_value(value)),
                      ::testing::StartsWith(name + ": `" + argument + "` has the layout Sparse"));
        }
      }
    }
  }
  const Tensor quantized = at::quantize_per_tensor(at::ones({2}), 0.1, 0, at::kQInt8);
  EXPECT_THROW(Normal(0, 1).log_prob(quantized), c10::TypeError);
}

TEST(Distribution, RefusesAParameterThatIsMissingOrHoldsNoNumbers) {
  const Tensor x = at::full({2}, 0.5);
  using Make = std::function<void(const Tensor&)>;
  std::vector<std::tuple<std::string, std::string, Make>> constructors{
      {"Bernoulli", "probs", [](const Tensor& p) { Bernoulli{p}; }},
      {"StudentT", "df", [](const Tensor& p) { StudentT{p}; }},
      {"MultivariateNormal", "precision_matrix",
       [&](const Tensor& p) { MultivariateNormal(x, precision_matrix(p)); }},
      {"AffineTransform", "scale", [](const Tensor& p) { AffineTransform(0, p); }},
      {"GreaterThan", "lower_bound", [](const Tensor& p) { constraints::greater_than(p); }},
      {"Interval", "upper_bound", [](const Tensor& p) { constraints::interval(0, p); }},
      {"Multinomial", "upper_bound", [](const Tensor& p) { constraints::multinomial(p); }},
      {"probs_to_logits", "probs", [](const Tensor& p) { probs_to_logits(p); }},
      {"logits_to_probs", "logits", [](const Tensor& p) { logits_to_probs(p, true); }},
      {"clamp_probs", "probs", [](const Tensor& p) { clamp_probs(p); }},
      {"tril_matrix_to_vec", "mat", [](const Tensor& p) { tril_matrix_to_vec(p); }},
      {"vec_to_tril_matrix", "vec", [](const Tensor& p) { vec_to_tril_matrix(p); }},
      {"broadcast_all", "values", [](const Tensor& p) { broadcast_all(p, 1); }}};
  for (const test::Family& family : test::families()) {
    if (family.is_combinator()) continue;  // which has no parameters of its own
    for (const auto& law : family.laws()) {
      const test::Inputs ordinary = law.ordinary(at::kDouble);
      for (const auto& input : ordinary) {
        const std::string& argument = input.first;
        constructors.emplace_back(family.name, argument, [=](const Tensor& p) {
          test::Inputs inputs = ordinary;
          inputs[argument] = p;
          law.make(inputs);
        });
      }
    }
  }
  for (const bool validates : {true, false}) {
    const ValidateArgsGuard guard(validates);
    for (const auto& [name, argument, make] : constructors) {
      const auto with = [&of = make](const Tensor& p) { return [&of, p] { of(p); }; };
      const std::string missing = message<c10::ValueError>(with({}));
      EXPECT_THAT(missing, ::testing::StartsWith(name + ": ")) << argument;
      EXPECT_THAT(missing, HasSubstr(argument)) << name;
      for (const auto dtype : {at::kComplexFloat, at::kUInt32, at::kFloat8_e5m2}) {
        EXPECT_THAT(message<c10::TypeError>(with(at::eye(2).to(dtype))),
                    ::testing::StartsWith(name + ": `" + argument + "` has the dtype "));
      }
      EXPECT_THAT(message<c10::TypeError>(with(at::eye(2).to_sparse())),
                  ::testing::StartsWith(name + ": `" + argument + "` has the layout Sparse"));
    }
  }
}

TEST(Distribution, IsConvertedToFloatingDtypesOnly) {
  for (const DistributionPtr& d : one_of_each()) {
    for (const auto dtype : {at::kLong, at::kBool, at::kComplexFloat, at::kFloat8_e5m2}) {
      EXPECT_THAT(message<c10::TypeError>([&] { d->to(dtype); }),
                  ::testing::StartsWith(std::string(d->type().name) + "::to: `dtype` must be"));
    }
    EXPECT_THROW(d->to(TensorOptions().requires_grad(true)), c10::ValueError);
    for (const auto dtype : {at::kDouble, at::kHalf, at::kBFloat16})
      EXPECT_EQ(d->to(dtype)->type(), d->type());
  }
  EXPECT_THROW(Normal(0, 1).to(at::kLong), c10::TypeError);
  EXPECT_THROW(AffineTransform(0, at::ones({1})).to(at::kLong), c10::TypeError);
  EXPECT_THROW(ExpTransform().inv()->to(at::kBool), c10::TypeError);
}

TEST(Distribution, IsCheckedAgainAfterAConversion) {
  const Tensor tiny = at::full({2}, 1e-9, at::kDouble);
  EXPECT_THAT(message<c10::ValueError>([&] { Normal(0, tiny).to(at::kHalf); }),
              HasSubstr("parameter scale (Tensor of shape (2,)) of distribution Normal"));
  EXPECT_THROW(Independent(Normal(0, tiny), 1).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(LogNormal(0, tiny).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(Chi2(tiny).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(Dirichlet(tiny).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(Uniform(1, 1 + tiny).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(MultivariateNormal(tiny, scale_tril(tiny.diag())).to(at::kHalf), c10::ValueError);
  EXPECT_NO_THROW(Normal(0, tiny, false).to(at::kHalf));
  EXPECT_NO_THROW(Normal(0, tiny).to(at::kFloat));
  // Rounded weights still pass the checks.
  EXPECT_NO_THROW(Categorical(at::rand({1000}, at::kDouble)).to(at::kHalf));
  EXPECT_NO_THROW(OneHotCategorical(at::rand({1000}, at::kDouble)).to(at::kBFloat16));
}

TEST(Distribution, AnErrorIsItsMessage) {
  const auto what = [](auto call) -> std::string {
    try {
      call();
    } catch (const c10::Error& error) {
      EXPECT_STREQ(error.what(), error.what_without_backtrace());
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(what([] { Normal(0, -1); }), HasSubstr("at index []"));
  EXPECT_THAT(what([] { Normal(0, 1).log_prob(at::full({}, NAN)); }), HasSubstr("is nan"));
  EXPECT_THAT(what([] { Normal(0, at::ones({2})).expand({3}); }), HasSubstr("does not expand"));
  EXPECT_THAT(what([] { Bernoulli(0.5).rsample(); }), HasSubstr("rsample is not implemented"));
  EXPECT_THAT(what([] { biject_to(constraints::lower_cholesky); }), HasSubstr("Cannot transform"));
  EXPECT_THAT(what([] { kl_divergence(Normal(0, 1), Bernoulli(0.5)); }), HasSubstr("Bernoulli"));
}

TEST(Distribution, ATemporaryGivesItsShapesAway) {
  const auto batch = Normal(0, 1).expand({2, 3}).batch_shape();
  static_assert(std::is_same_v<decltype(batch), const std::vector<int64_t>>);
  EXPECT_EQ(batch, IntArrayRef({2, 3}));
  EXPECT_EQ(Dirichlet(at::ones({4})).event_shape(), IntArrayRef({4}));
  EXPECT_EQ(Categorical(at::ones({2, 3})).param_shape(), IntArrayRef({2, 3}));
  EXPECT_EQ(OneHotCategorical(at::ones({2, 3})).param_shape(), IntArrayRef({2, 3}));
  const Normal normal(at::zeros({4}), 1);
  static_assert(std::is_same_v<decltype(normal.batch_shape()), IntArrayRef>);
  EXPECT_EQ(normal.batch_shape(), IntArrayRef({4}));
  int seen = 0;
  for (const TransformPtr& transform :
       TransformedDistribution(normal, {ExpTransform(), TanhTransform()}).transforms()) {
    seen += transform->bijective() ? 1 : 0;
  }
  EXPECT_EQ(seen, 2);
  const auto& base = Independent(normal, 1).base_dist();
  EXPECT_EQ(base->batch_shape(), IntArrayRef({4}));
}

TEST(Distribution, IcdfCallsItsArgumentByItsName) {
  const Uniform uniform(0, at::ones({2}));
  EXPECT_EQ(
      message<c10::ValueError>([&] {
        uniform.icdf(at::tensor({1.5, 0.5}));
      }),
      "Expected probability argument (Tensor of shape (2,)) of icdf of distribution "
      "Uniform(low: torch.Size([2]), high: torch.Size([2])) to satisfy the constraint "
      "Interval(lower_bound=0.0, upper_bound=1.0), but found invalid values: the first is 1.5 "
      "at index [0]");
}

TEST(Distribution, CdfAndTailsTakeEveryNumberAndIcdfEveryProbability) {
  const Uniform uniform(0, 1);
  const Tensor all = at::tensor({-1.0, 2.0, double{NAN}});
  const auto is = [](const Tensor& got, double below, double above) {
    return at::allclose(got, at::tensor({below, above, double{NAN}}), 0, 0, /*equal_nan=*/true);
  };
  EXPECT_TRUE(is(uniform.cdf(all), 0, 1));
  EXPECT_TRUE(is(uniform.log_cdf(all), -INFINITY, 0));
  EXPECT_TRUE(is(uniform.survival_function(all), 1, 0));
  EXPECT_TRUE(is(uniform.log_survival_function(all), 0, -INFINITY));
  const Uniform batch(at::zeros({3}), 1, true);
  EXPECT_THROW(batch.cdf(at::zeros({2})), c10::ValueError);
  EXPECT_THROW(batch.log_cdf(at::zeros({2})), c10::ValueError);
  EXPECT_THROW(batch.survival_function(at::zeros({2})), c10::ValueError);
  EXPECT_THROW(batch.log_survival_function(at::zeros({2})), c10::ValueError);
  EXPECT_THROW(uniform.icdf(at::full({}, 2.0)), c10::ValueError);
  const ValidateArgsGuard off(false);
  EXPECT_TRUE(uniform.icdf(at::tensor({-0.1, 1.1})).isnan().all().item<bool>());
}

/// A class that has only the hooks of the tails' logarithms.
class Tailed : public Implements<Tailed> {
 public:
  static const Signature<Tailed>& signature() {
    static const Signature<Tailed> s{.name = "Tailed", .support = constraints::real};
    return s;
  }

 private:
  Tensor do_log_cdf(const Tensor& value) const override { return -value; }
  Tensor do_log_survival_function(const Tensor& value) const override { return -2 * value; }
};

TEST(Distribution, TheSurvivalFunctionIsTheExponentialOfItsLogarithm) {
  const Tensor x = at::tensor({0.5, 1.0});
  EXPECT_TRUE(Tailed().log_cdf(x).equal(-x));
  EXPECT_TRUE(Tailed().survival_function(x).equal((-2 * x).exp()));
  EXPECT_THROW(Tailed().cdf(x), c10::NotImplementedError);
}

TEST(Distribution, ImpossibleSizesAreNamed) {
  const Normal normal(at::zeros({3}), 1);
  const auto refused = [&](auto&& call) { return message<c10::ValueError>(call); };
  EXPECT_EQ(
      refused([&] {
        normal.expand({-1, 3});
      }),
      "Normal: a batch_shape to expand to must not have a negative size, got torch.Size([-1, 3])");
  EXPECT_EQ(refused([&] {
              normal.sample({2, INT64_MIN});
            }),
            "Normal: a sample_shape must not have a negative size, got torch.Size([2, " +
                std::to_string(INT64_MIN) + "])");
  EXPECT_EQ(refused([&] {
              normal.rsample({int64_t{1} << 62, 4});
            }),
            "Normal: a sample_shape is too large: torch.Size([4611686018427387904, 4])");
  EXPECT_THAT(refused([&] {
                normal.expand({int64_t{1} << 60, 3});
              }),
              HasSubstr("a batch_shape to expand to is too large"));
  EXPECT_THAT(refused([&] { normal.sample({0, INT64_MAX, INT64_MAX}); }), HasSubstr("too large"));
}

TEST(Distribution, AFailedCallLeavesTheObjectAsItWas) {
  const Normal normal(at::zeros({3}), 1);
  EXPECT_THROW(normal.expand({4}), c10::ValueError);
  EXPECT_EQ(core::repr(normal.loc().sizes()), "torch.Size([3])");
}

TEST(Distribution, SampleNIsSample) {
  at::manual_seed(0);
  const Tensor sample = Normal(0, 1).sample({3});
  at::manual_seed(0);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  EXPECT_TRUE(Normal(0, 1).sample_n(3).equal(sample));
#pragma GCC diagnostic pop
}

}  // namespace
}  // namespace torch::distributions
