#include <gmock/gmock.h>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/normal.h>
#include <numbers>

namespace torch::distributions {
namespace {

/// A normal distribution that does not override the entropy.
class Plain : public Implements<Plain, ExponentialFamily> {
 public:
  static const Signature<Plain>& signature() {
    static const Signature<Plain> s{
        .name = "Plain", .fields = {{"loc", &Plain::loc_, {}}, {"scale", &Plain::scale_, {}}}};
    return s;
  }
  Plain(Param loc, Param scale) : Implements(Validate(false)) { initialize(loc, scale); }

 private:
  std::vector<Tensor> do_natural_params() const override {
    return {loc_ / scale_.square(), -0.5 / scale_.square()};
  }
  Tensor do_log_normalizer(at::TensorList n) const override {
    return -0.25 * n[0].square() / n[1] + 0.5 * (-std::numbers::pi / n[1]).log();
  }
  double do_mean_carrier_measure() const override { return 0; }
  Tensor loc_, scale_;
};

TEST(ExponentialFamily, EntropyIsTheClosedForm) {
  const Tensor loc = at::tensor({0.5, -3.0}, at::kDouble),
               scale = at::tensor({2.0, 0.1}, at::kDouble).requires_grad_();
  const Tensor entropy = Plain(loc, scale).entropy();
  EXPECT_TRUE(entropy.allclose(Normal(loc, scale).entropy(), 1e-12, 1e-12));
  const Tensor gradient = torch::autograd::grad({entropy.sum()}, {scale})[0];
  EXPECT_TRUE(gradient.allclose(scale.reciprocal(), 1e-12, 1e-12));
  EXPECT_FALSE(Plain(loc, scale.detach()).entropy().requires_grad());
}

/// The gradient of the log normalizer is the expectation of the sufficient statistics.
TEST(ExponentialFamily, MeanParamsAreExpectations) {
  const auto first = [](const ExponentialFamily& family) {
    return core::mean_params(family, family.natural_params())[0];
  };
  const Normal normal(0.5, 2.0);
  EXPECT_TRUE(first(normal).allclose(normal.mean()));
  const Bernoulli bernoulli(at::tensor({0.2, 0.7}));
  EXPECT_TRUE(first(bernoulli).allclose(bernoulli.mean()));
  const Exponential exponential(at::tensor({0.2, 7.0}));
  EXPECT_TRUE(first(exponential).allclose(exponential.mean()));
  const Gamma gamma(at::tensor({0.2, 7.0}), 3.0);
  EXPECT_TRUE(core::mean_params(gamma, gamma.natural_params())[1].allclose(gamma.mean()));
  const Beta beta(2.0, 3.0);
  EXPECT_TRUE(first(beta).allclose(at::digamma(at::scalar_tensor(2.0)) -
                                   at::digamma(at::scalar_tensor(5.0))));
}

TEST(ExponentialFamily, WhatAClassDoesNotStateIsNotImplemented) {
  EXPECT_THROW(Beta(1, 1).mean_carrier_measure(), c10::NotImplementedError);
}

TEST(ExponentialFamily, WantsTheRightNumberOfNaturalParameters) {
  const Normal normal(0, 1);
  const Tensor x = at::full({}, -0.5), complex = x.to(at::kComplexFloat);
  EXPECT_NO_THROW(normal.log_normalizer({x, x}));
  EXPECT_THROW(normal.log_normalizer({}), c10::ValueError);
  EXPECT_THROW(normal.log_normalizer({x}), c10::ValueError);
  EXPECT_THROW(normal.log_normalizer({x, x, x}), c10::ValueError);
  EXPECT_THROW(normal.log_normalizer({x, Tensor()}), c10::ValueError);
  EXPECT_THROW(normal.log_normalizer({x, complex}), c10::TypeError);
  EXPECT_THROW(core::mean_params(normal, {x, Tensor()}), c10::ValueError);
  EXPECT_THROW(core::mean_params(normal, {complex, x}), c10::TypeError);
  EXPECT_THROW(core::mean_params(normal, {x}), c10::ValueError);
}

}  // namespace
}  // namespace torch::distributions
