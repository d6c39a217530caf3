#include <gmock/gmock.h>

#include <limits>
#include <string>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/chi2.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/normal.h>
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

/// Validated while the density is worked out, by a kernel or not: the outcome is the same.
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
    EXPECT_THROW(uniform.log_prob_of_event(values, 1), c10::ValueError);
  }
}

TEST(ScalarFamily, AValidValueMayHaveNoFiniteDensity) {
  const Tensor infinite = at::scalar_tensor(std::numeric_limits<double>::infinity());
  EXPECT_TRUE(Normal(0, 1, true).log_prob(infinite).isneginf().item<bool>());
}

/// Of Normal's density on a smaller support.
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
}

}  // namespace
}  // namespace torch::distributions
