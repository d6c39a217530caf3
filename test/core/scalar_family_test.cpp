#include <gmock/gmock.h>

#include <limits>
#include <string>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/chi2.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/uniform.h>

namespace torch::distributions {
namespace {

TEST(ScalarFamily, TheBindingInForceIsTheOneWhoseParametersAreGiven) {
  const Tensor one = at::ones({}), logits = at::scalar_tensor(0.4);
  EXPECT_TRUE(Bernoulli({.logits = logits})
                  .log_prob(one)
                  .allclose(Bernoulli(logits.sigmoid()).log_prob(one)));
}

TEST(ScalarFamily, ADerivedClassHasItsBasesFormula) {
  EXPECT_TRUE(Chi2(3).mean().equal(at::scalar_tensor(3.0)));
  EXPECT_THROW(Chi2(3).icdf(at::scalar_tensor(0.5)), c10::NotImplementedError);
}

/// Validation is part of computing the density. The outcome is the same with and without a kernel.
TEST(ScalarFamily, AnInvalidValueAmongManyIsFound) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    const Uniform uniform(at::zeros({3}, dtype), at::ones({3}, dtype), true);
    const Tensor values = at::full({5000, 3}, 0.5, dtype);
    EXPECT_TRUE(uniform.log_prob(values).eq(0).all().item<bool>());
    values[4321][1] = 1.5;
    try {
      uniform.log_prob(values);
      ADD_FAILURE() << "an invalid value has a density";
    } catch (const c10::ValueError& error) {
      EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr("[4321, 1]"));
    }
    EXPECT_THROW(Independent(uniform, 1).log_prob(values), c10::ValueError);
  }
}

TEST(ScalarFamily, AValidValueMayHaveNoFiniteDensity) {
  const Tensor infinite = at::scalar_tensor(std::numeric_limits<double>::infinity());
  EXPECT_TRUE(Normal(0, 1, true).log_prob(infinite).isneginf().item<bool>());
}

/// Inherits Normal's density, with a smaller support.
class HalfLine final : public Implements<HalfLine, Normal> {
 public:
  HalfLine() : Implements(0, 1, true) {}
  static const Signature<HalfLine>& signature() {
    static const Signature<HalfLine> s{.name = "HalfLine", .support = constraints::positive};
    return s;
  }
};

TEST(ScalarFamily, ADerivedClassHasASupportOfItsOwn) {
  EXPECT_NO_THROW(HalfLine().log_prob(at::ones({})));
  EXPECT_THROW(HalfLine().log_prob(-at::ones({})), c10::ValueError);
  EXPECT_TRUE(HalfLine().log_prob(at::ones({})).equal(Normal(0, 1).log_prob(at::ones({}))));
  const Independent three(HalfLine().expand({3}), 1);
  EXPECT_NO_THROW(three.log_prob(at::ones({3})));
  EXPECT_THROW(three.log_prob(-at::ones({3})), c10::ValueError);
}

/// Overrides Normal's density.
class Flat final : public Implements<Flat, Normal> {
 public:
  explicit Flat(Validate validate_args) : Implements(at::zeros({3}), 1, validate_args) {}
  static const Signature<Flat>& signature() {
    static const Signature<Flat> s{.name = "Flat", .support = constraints::real};
    return s;
  }

 private:
  Tensor do_log_prob(const Tensor& value) const override { return at::full_like(value, -7.0); }
};

TEST(ScalarFamily, ADerivedClassHasADensityOfItsOwn) {
  const Tensor values = at::zeros({2, 3});
  for (const bool validates : {true, false}) {
    const Flat flat(validates);
    EXPECT_TRUE(flat.log_prob(values).equal(at::full({2, 3}, -7.0)));
    EXPECT_TRUE(Independent(flat, 1).log_prob(values).equal(at::full({2}, -21.0)));
    EXPECT_TRUE(TransformedDistribution(flat, ExpTransform())
                    .log_prob(at::ones({3}))
                    .equal(at::full({3}, -7.0)));
  }
}

}  // namespace
}  // namespace torch::distributions
