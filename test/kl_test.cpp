#include <torch/distributions/kl.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/chi2.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/continuous_bernoulli.h>
#include <torch/distributions/core/implements.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/gumbel.h>
#include <torch/distributions/laplace.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/pareto.h>
#include <torch/distributions/uniform.h>

// How kl_divergence chooses a rule, on a user's classes. test/kl tests what the built-in rules
// compute.

namespace torch::distributions::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Defines a user's class with one parameter. It derives from Distribution, or from `BASE`, whose
/// constructor takes the parameter.
#define DEFINE_ROOT(NAME)                                                              \
  class NAME : public Implements<NAME> {                                               \
   public:                                                                             \
    static const Signature<NAME>& signature() {                                        \
      static const Signature<NAME> s{.name = #NAME,                                    \
                                     .fields = {{"x", &NAME::x_, constraints::real}}}; \
      return s;                                                                        \
    }                                                                                  \
    explicit NAME(Param x = 0.0) : x_(x.tensor()) { initialize(); }                    \
    const Tensor& x() const { return x_; }                                             \
                                                                                       \
   private:                                                                            \
    Tensor x_;                                                                         \
  }
#define DEFINE_DERIVED(NAME, BASE)                                         \
  class NAME : public Implements<NAME, BASE> {                             \
   public:                                                                 \
    static const Signature<NAME>& signature() {                            \
      static const Signature<NAME> s{.name = #NAME};                       \
      return s;                                                            \
    }                                                                      \
    explicit NAME(Param x = 0.0) : Implements<NAME, BASE>(std::move(x)) {} \
  }

DEFINE_ROOT(Animal);
DEFINE_DERIVED(Dog, Animal);
DEFINE_DERIVED(Poodle, Dog);
DEFINE_ROOT(Plant);
DEFINE_DERIVED(Tree, Plant);
DEFINE_DERIVED(Oak, Tree);
DEFINE_ROOT(Stone);
DEFINE_ROOT(Pebble);
DEFINE_ROOT(Bird);
DEFINE_DERIVED(Lark, Bird);
DEFINE_DERIVED(Erlang, Exponential);

/// A rule that returns this number.
auto returns(double number) {
  return [number](const Distribution&, const Distribution&) {
    return at::scalar_tensor(number, at::kDouble);
  };
}

double kl(const Distribution& p, const Distribution& q) {
  return kl_divergence(p, q).item<double>();
}

/// Collects the warnings of this thread during its lifetime.
class Warnings : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override { texts.push_back(warning.msg()); }
  std::vector<std::string> texts;

 private:
  c10::WarningUtils::WarningHandlerGuard guard_{this};
};

std::string message_of(const Distribution& p, const Distribution& q) {
  try {
    kl_divergence(p, q);
  } catch (const c10::NotImplementedError& error) {
    return error.what_without_backtrace();
  }
  return "no error";
}

TEST(KlTest, PassesItsArgumentsToTheRule) {
  register_kl<Stone, Normal>([](const Stone& p, const Normal& q) { return -q.log_prob(p.x()); });
  const Stone p(at::tensor({0.5, 1.0}, at::kDouble));
  const Normal q(0.0, at::tensor({1.0, 2.0}, at::kDouble));
  EXPECT_TRUE(kl_divergence(p, q).equal(-q.log_prob(p.x())));
}

TEST(KlTest, DispatchesOnDynamicTypes) {
  register_kl<Animal, Stone>(returns(1));
  const DistributionPtr p = Poodle(), q = Stone();
  EXPECT_EQ(kl(p, q), 1);
  EXPECT_EQ(kl(*p, *q), 1);
}

TEST(KlTest, NamesBothTypesAndTheNearestRulesWhenThereIsNone) {
  const std::string estimates = " kl_divergence_monte_carlo estimates the divergence by draws.";
  const std::string none =
      "No KL(p || q) is implemented for p type Pebble and q type Lark. There is no rule from p "
      "type "
      "Pebble. There is no rule to q type Lark." +
      estimates;
  EXPECT_EQ(message_of(Pebble(), Lark()), none);
  EXPECT_EQ(message_of(Pebble(), Lark()), none);  // cached
  register_kl<Pebble, Uniform>(returns(1));
  register_kl<Pebble, Beta>(returns(1));
  register_kl<Bird, Bird>(returns(1));
  EXPECT_EQ(message_of(Pebble(), Lark()),
            "No KL(p || q) is implemented for p type Pebble and q type Lark. The rules from p type "
            "Pebble lead to Beta, Uniform. The rules to q type Lark, as a Bird, come from Bird." +
                estimates);
}

/// A dog whose base classes are not known until `find_parents`.
class Foundling : public Dog {
 public:
  const core::Type& type() const override { return own_type(); }
  static void find_parents() { own_type().base = &Dog::static_type(); }

 private:
  static core::Type& own_type() {
    static core::Type type{typeid(Foundling), "Foundling", &Distribution::static_type()};
    return type;
  }
};

// A search for the rule, or for the hint, would see the new bases. A second look-up does not search.
TEST(KlTest, SearchesOnceForAPairWithoutARule) {
  register_kl<Dog, Lark>(returns(1));
  const std::string text = message_of(Foundling(), Lark());
  EXPECT_THAT(text, ::testing::HasSubstr("There is no rule from p type Foundling."));
  Foundling::find_parents();
  EXPECT_EQ(message_of(Foundling(), Lark()), text);
  register_kl<Dog, Pebble>(returns(2));  // any registration makes it search again
  EXPECT_EQ(kl(Foundling(), Lark()), 1);
}

TEST(KlTest, PrefersTheNearestClass) {
  Warnings warnings;
  register_kl<Plant, Plant>(returns(1));
  EXPECT_EQ(kl(Oak(), Oak()), 1);
  register_kl<Tree, Tree>(returns(2));  // the look-up above must not hide the new rule
  EXPECT_EQ(kl(Oak(), Oak()), 2);
  EXPECT_EQ(kl(Oak(), Plant()), 1);
  register_kl<Oak, Oak>(returns(3));
  EXPECT_EQ(kl(Oak(), Oak()), 3);
  EXPECT_EQ(kl(Tree(), Oak()), 2);
  EXPECT_THAT(warnings.texts, IsEmpty());
}

TEST(KlTest, ReplacesARule) {
  register_kl<Plant, Stone>(returns(1));
  EXPECT_EQ(kl(Tree(), Stone()), 1);
  register_kl<Plant, Stone>(returns(2));
  EXPECT_EQ(kl(Tree(), Stone()), 2);
}

TEST(KlTest, WarnsOnceOfAnAmbiguousChoiceAndTakesTheLeft) {
  Warnings warnings;
  register_kl<Dog, Plant>(returns(1));
  register_kl<Animal, Tree>(returns(2));
  EXPECT_EQ(kl(Poodle(), Oak()), 1);
  EXPECT_EQ(kl(Poodle(), Oak()), 1);
  EXPECT_THAT(warnings.texts,
              ElementsAre("Ambiguous kl_divergence(Poodle, Oak). Please register_kl(Dog, Tree)"));
  EXPECT_EQ(kl(Dog(), Tree()), 1);
  EXPECT_EQ(warnings.texts.size(), 2u);  // another pair
  register_kl<Dog, Tree>(returns(3));    // the rule that the warning asked for
  EXPECT_EQ(kl(Poodle(), Oak()), 3);
  EXPECT_EQ(warnings.texts.size(), 2u);
}

TEST(KlTest, LetsAHandlerOfWarningsComputeADivergence) {
  class Recursive : public c10::WarningHandler {
   public:
    void process(const c10::Warning&) override { result = kl(Normal(0.0, 1.0), Normal(0.0, 1.0)); }
    double result = -1;
  } handler;
  const c10::WarningUtils::WarningHandlerGuard guard(&handler);
  register_kl<Oak, Animal>(returns(1));
  register_kl<Tree, Poodle>(returns(2));
  EXPECT_EQ(kl(Oak(), Poodle()), 1);
  EXPECT_EQ(handler.result, 0);
}

TEST(KlTest, FindsBuiltInRulesForDerivedClasses) {
  const Erlang p(2.0);
  EXPECT_EQ(kl(p, Exponential(3.0)), kl(Exponential(2.0), Exponential(3.0)));
  EXPECT_EQ(kl(p, Gamma(2.0, 3.0)), kl(Exponential(2.0), Gamma(2.0, 3.0)));
  EXPECT_EQ(kl(Gamma(2.0, 3.0), p), kl(Gamma(2.0, 3.0), Exponential(2.0)));
}

TEST(KlTest, LetsAUserReplaceABuiltInRule) {
  Warnings warnings;
  const Normal p(0.0, 1.0), q(1.0, 1.0);
  EXPECT_EQ(kl(p, q), 0.5);
  register_kl<Normal, Normal>(returns(42));
  EXPECT_EQ(kl(p, q), 42);
  register_kl<Erlang, Exponential>(returns(43));
  EXPECT_EQ(kl(Erlang(2.0), Exponential(2.0)), 43);
  EXPECT_EQ(kl(Exponential(2.0), Erlang(2.0)), 0);
  EXPECT_THAT(warnings.texts, IsEmpty());
}

TEST(KlTest, KeepsARuleThatIsBeingReplacedWhileItRuns) {
  register_kl<Plant, Animal>([](const Plant&, const Animal&) {
    register_kl<Plant, Animal>(returns(2));
    return at::scalar_tensor(1, at::kDouble);
  });
  EXPECT_EQ(kl(Plant(), Animal()), 1);
  EXPECT_EQ(kl(Plant(), Animal()), 2);
}

TEST(KlTest, DestroysAReplacedRuleOutsideItsLock) {
  struct Talkative {
    explicit Talkative(double& said) : result(said) {}
    ~Talkative() { result = kl(Exponential(1.0), Exponential(1.0)); }
    double& result;
  };
  double result = -1;
  register_kl<Stone, Oak>([t = std::make_shared<Talkative>(result)](const auto&, const auto&) {
    return at::zeros({});
  });
  kl(Stone(), Oak());
  EXPECT_EQ(result, -1);
  register_kl<Stone, Oak>(returns(1));
  EXPECT_EQ(result, 0);
}

/// Derives without Implements, so that the dispatcher treats its objects as Gammas.
class Nameless : public Gamma {
  using Gamma::Gamma;
};

TEST(KlTest, RefusesWhatItCannotDispatchOn) {
  EXPECT_THROW((register_kl<Nameless, Normal>(returns(0))), c10::ValueError);
  EXPECT_THROW((register_kl<Normal, Nameless>(returns(0))), c10::ValueError);
  EXPECT_THROW(register_kl(Normal::static_type(), Normal::static_type(), nullptr), c10::ValueError);
  EXPECT_EQ(kl(Nameless(2.0, 1.0), Gamma(2.0, 1.0)), 0);
}

// Added to 1, these concentrations vanish.
TEST(KlDivergence, OfTinyConcentrationsIsLarge) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  const auto pair = [](double a, double b) { return Dirichlet(at::tensor({a, b}, at::kDouble)); };
  const auto expect_near = [](const Distribution& p, const Distribution& q, double expected) {
    EXPECT_NEAR(kl_divergence(p, q).item<double>() / expected, 1, 1e-14) << p << q;
  };
  expect_near(Gamma(number(1e-17), 1.0), Gamma(number(2), 1.0), 2e17);
  expect_near(Beta(number(1e-17), 1.0), Beta(number(2), 1.0), 2e17);
  expect_near(Beta(number(1e-17), 1e-17), Beta(number(1), 1.0), 1e17);
  expect_near(pair(1e-17, 1), pair(2, 1), 2e17);
}

// An infinite rate is a point mass at 0. The divergence to it is infinite from distributions with
// mass elsewhere.
TEST(KlDivergence, ToAnInfiniteRateIsInfinite) {
  const Exponential point(INFINITY);
  EXPECT_EQ(kl_divergence(Gamma(1., 1.), point).item<double>(), INFINITY);
  EXPECT_EQ(kl_divergence(Exponential(1.), point).item<double>(), INFINITY);
  EXPECT_EQ(kl_divergence(Beta(2., 3.), point).item<double>(), INFINITY);
  EXPECT_EQ(kl_divergence(Uniform(0., 1.), point).item<double>(), INFINITY);
  EXPECT_EQ(kl_divergence(Exponential(1.), Gamma(2., INFINITY)).item<double>(), INFINITY);
}

// References by mpmath. Products and inverses of these concentrations overflow.
TEST(KlDivergence, OfHugeAndSubnormalConcentrations) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  const auto vector = [](double a, double b, double c) {
    return Dirichlet(at::tensor({a, b, c}, at::kDouble));
  };
  const auto expect_near = [](const Distribution& p, const Distribution& q, double expected) {
    const double got = kl_divergence(p, q).item<double>();
    if (std::isinf(expected) || expected == 0) {
      EXPECT_EQ(got, expected) << p << q;
    } else {
      EXPECT_NEAR(got / expected, 1, 1e-13) << p << q;
    }
  };
  expect_near(Chi2(number(9e307)), Chi2(number(.94)), 4.5e307);
  expect_near(Chi2(number(3)), Chi2(number(1e300)), 3.445229453718376098e302);
  expect_near(Chi2(number(.5)), Chi2(number(1.7e308)), INFINITY);
  expect_near(Gamma(number(1.7e308), .5), Gamma(number(1.2), 1.3e154), INFINITY);
  expect_near(Gamma(number(1e-4), 1.), Gamma(number(1.7e308), 1.), INFINITY);
  expect_near(Gamma(number(2), 1.), Gamma(number(5e-324), 1.), 745.28564059157819659);
  expect_near(Gamma(number(5e-324), 1.), Gamma(number(2), 1.), INFINITY);
  expect_near(Chi2(number(5e-324)), Chi2(number(5e-324)), 0);
  expect_near(Beta(number(9e307), 2.), Beta(number(3), 4.), 2829.4234792736139428);
  expect_near(Beta(number(2), 3.), Beta(number(9e307), 4.), 9.75e307);
  expect_near(Beta(number(1.2), 3.), Beta(number(2), 1.7e308), 6.6054274551982511049e307);
  expect_near(Beta(number(9e-310), 3.), Beta(number(2), 1.), INFINITY);
  expect_near(vector(9e307, 2, 1), vector(3, 4, 1), 3535.5684172510668739);
  expect_near(vector(3, 4, 1), vector(9e307, 2, 1), 9.8357142857142862585e307);
}

// The divergence is D / scale + log(2 scale) - H, for the mean distance D from the location and the
// entropy H. If the scale is tiny or huge, one of the first two terms is all of it.
TEST(KlDivergence, ToALaplaceOfAnyScale) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  const std::vector<std::pair<DistributionPtr, double>> left{// and the size of their values
                                                             {Beta(number(2), 3.), 1},
                                                             {Beta(number(1e3), 0.5), 1},
                                                             {Chi2(number(3)), 1},
                                                             {ContinuousBernoulli(number(0.3)), 1},
                                                             {Exponential(number(0.5)), 1},
                                                             {Gamma(number(3), 2.), 1},
                                                             {Gamma(number(1e8), 1e-3), 1e11},
                                                             {Gumbel(number(0.25), 2.), 1},
                                                             {Laplace(number(0.25), 2.), 1},
                                                             {Normal(number(0.25), 2.), 1},
                                                             {Pareto(number(0.1), 3.), 1},
                                                             {Uniform(number(-1), 2.), 1},
                                                             {Uniform(number(0), 1e-20), 1e-20}};
  for (const auto& [p, size] : left) {
    for (const double loc : {-1e9, -3., 0., 0.2, 0.25, 0.5, 1., 1e9}) {
      const auto kl = [&, p = p](double scale) {
        return kl_divergence(p, Laplace(number(loc), number(scale))).item<double>();
      };
      const double unit = std::max(size, std::abs(loc)), at_1 = kl(unit);
      const double distance = 2 * unit * (at_1 - kl(2 * unit) + std::log(2));
      for (const double scale : {5e-324, 1e-320, 1e-310, 1e-300, 1e-290}) {
        const double expected = distance / scale;
        if (std::isinf(expected)) {
          EXPECT_EQ(kl(scale), INFINITY) << *p << loc << ' ' << scale;
        } else {
          EXPECT_NEAR(kl(scale) / expected, 1, 1e-6) << *p << loc << ' ' << scale;
        }
      }
      for (const double scale : {1e290, 1e300, 1e308, 1.7e308}) {
        const double expected = at_1 - distance / unit + std::log(scale) - std::log(unit);
        EXPECT_NEAR(kl(scale) / expected, 1, 1e-12) << *p << loc << ' ' << scale;
      }
    }
  }
}

TEST(KlDivergence, FromAnImpossibleOutcomeIsInfiniteWhateverTheSignOfIts0) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kBFloat16}) {
    const Tensor p = at::full({}, .83, dtype), zero = at::full({}, -0., dtype);
    EXPECT_EQ(kl_divergence(Bernoulli(p), Bernoulli(zero)).item<double>(), INFINITY) << dtype;
    EXPECT_EQ(kl_divergence(Bernoulli(1 - p), Bernoulli(1 - zero)).item<double>(), INFINITY);
  }
}

}  // namespace
}  // namespace torch::distributions::test
