#include <torch/distributions/core/exponential_family.h>

#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <string>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/core/implements.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>

#include "kl/table.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

using ::testing::HasSubstr;

/// A user's exponential family, the Poisson distribution, which states no KL rule.
class Counts : public Implements<Counts, ExponentialFamily> {
 public:
  static const Signature<Counts>& signature() {
    static const Signature<Counts> s{.name = "Counts",
                                     .fields = {{"rate", &Counts::rate_, constraints::positive}}};
    return s;
  }
  explicit Counts(Param rate) { initialize(rate); }

 private:
  std::vector<Tensor> do_natural_params() const override { return {rate_.log()}; }
  Tensor do_log_normalizer(at::TensorList natural_params) const override {
    return natural_params[0].exp();
  }

  Tensor rate_;
};

/// A family of vectors: independent counts.
class CountVector : public Implements<CountVector, ExponentialFamily> {
 public:
  static const Signature<CountVector>& signature() {
    static const Signature<CountVector> s{
        .name = "CountVector", .fields = {{"rate", &CountVector::rate_, constraints::positive}}};
    return s;
  }
  explicit CountVector(const Tensor& rates) : rate_(rates) {
    set_event_shape(rates.sizes().slice(static_cast<std::size_t>(rates.dim()) - 1));
  }

 private:
  std::vector<Tensor> do_natural_params() const override { return {rate_.log()}; }
  Tensor do_log_normalizer(at::TensorList natural_params) const override {
    return natural_params[0].exp().sum(-1);
  }

  Tensor rate_;
};

Tensor poisson_kl(const Tensor& p, const Tensor& q) { return p * (p / q).log() - p + q; }

TEST(KlExponentialFamilyTest, GivesAUsersFamilyItsDivergence) {
  const Tensor p = doubles({0.5, 2, 30}), q = doubles({0.25, 2, 31});
  EXPECT_TRUE(kl_divergence(Counts(p), Counts(q)).allclose(poisson_kl(p, q), 1e-12, 1e-14));
  EXPECT_EQ(kl_divergence(Counts(p), Counts(p)).abs().max().item<double>(), 0);
  const Tensor matrix = p.unsqueeze(0) * doubles({1, 2}).unsqueeze(-1);
  EXPECT_TRUE(kl_divergence(CountVector(matrix), CountVector(q))
                  .allclose(poisson_kl(matrix, q).sum(-1), 1e-12, 1e-14));
}

TEST(KlExponentialFamilyTest, IsDifferentiableInBoth) {
  const auto kl = [](const std::vector<Tensor>& t) {
    return kl_divergence(Counts(t[0]), Counts(t[1]));
  };
  EXPECT_TRUE(gradcheck(kl, {doubles({0.5, 2}), doubles({0.25, 2.5})}));
  EXPECT_TRUE(gradgradcheck(kl, {doubles({0.5, 2}), doubles({0.25, 2.5})}));
}

TEST(KlExponentialFamilyTest, CarriesAGraphOnlyWhenAParameterDoes) {
  const Tensor p = doubles({0.5}), q = doubles({0.25});
  EXPECT_FALSE(kl_divergence(Counts(p), Counts(q)).requires_grad());
  EXPECT_TRUE(kl_divergence(Counts(p.clone().requires_grad_()), Counts(q)).requires_grad());
  EXPECT_TRUE(kl_divergence(Counts(p), Counts(q.clone().requires_grad_())).requires_grad());
  const at::NoGradGuard no_grad;
  EXPECT_FALSE(kl_divergence(Counts(p.clone().requires_grad_()), Counts(q)).requires_grad());
}

TEST(KlExponentialFamilyTest, RefusesDifferentFamilies) {
  try {
    kl_divergence(Counts(1.0), Normal(0.0, 1.0));
    FAIL();
  } catch (const c10::NotImplementedError& error) {
    EXPECT_THAT(
        error.what_without_backtrace(),
        HasSubstr("p type Counts and q type Normal: they are different exponential families"));
  }
  EXPECT_THROW(kl_divergence(CountVector(doubles({1, 2})), CountVector(doubles({1, 2, 3}))),
               c10::ValueError);
}

// The general rule for exponential families checks the specific rules, which stay accurate where it
// cancels.
template <class Family>
void expect_same(const Family& p, const Family& q) {
  const Tensor general = kl::divergence(static_cast<const ExponentialFamily&>(p),
                                        static_cast<const ExponentialFamily&>(q));
  EXPECT_TRUE(general.allclose(kl::divergence(p, q), 1e-9, 1e-12)) << p.type().name << '\n'
                                                                   << general << '\n'
                                                                   << kl::divergence(p, q);
}

TEST(KlExponentialFamilyTest, AgreesWithTheClosedForms) {
  const Tensor a = doubles({0.3, 1, 4.5}), b = doubles({2, 0.7, 3}), c = doubles({0.6, 5, 1.5}),
               d = doubles({1, 0.2, 8});
  expect_same(Normal(a, b), Normal(c, d));
  expect_same(Gamma(a, b), Gamma(c, d));
  expect_same(Beta(a, b), Beta(c, d));
  expect_same(Exponential(a), Exponential(c));
  expect_same(Bernoulli({.logits = a - 1}), Bernoulli({.logits = b}));
  expect_same(Bernoulli(0.1 * a), Bernoulli({.logits = b}));
  expect_same(Dirichlet(at::stack({a, b})), Dirichlet(at::stack({c, d})));
}

}  // namespace
}  // namespace torch::distributions::test
