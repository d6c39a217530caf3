#include <torch/distributions/transforms/power.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>

#include "support/gradcheck.h"
#include "support/tensors.h"
#include "support/transforms.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::kInfinity;
using ::testing::ElementsAre;

Tensor floats(const std::vector<double>& values) { return at::tensor(values, at::kFloat); }

/// The exponent of a transform that is a PowerTransform.
Tensor exponent_of(const TransformPtr& t) {
  return dynamic_cast<const PowerTransform&>(*t).exponent();
}

TEST(PowerTransform, IsWhatTheOraclesSay) { test::expect_golden("PowerTransform"); }

TEST(PowerTransform, IsABijectionWithDerivatives) {
  const Tensor x = doubles({0.01, 0.3, 0.9, 1.0, 2.5, 40.0}).view({2, 3});
  const Tensor exponent = doubles({0.5, -2.0, 3.0});
  for (const Param& e : {Param(2), Param(-1), Param(0.3), Param(-2.5), Param(1), Param(exponent),
                         Param(exponent.slice(0, 0, 1)), Param({0.5, -2, 3})}) {
    test::expect_bijection(PowerTransform(e), x);
    test::expect_bijection(IndependentTransform(PowerTransform(e), 1), x);
    test::expect_bijection(ComposeTransform({ExpTransform(), PowerTransform(e)}), x / 8);
  }
  const Tensor near = doubles({0.4, 1.0, 2.5});  // where difference quotients are accurate
  for (const Param& e : {Param(2), Param(-0.7), Param(exponent)})
    test::expect_differentiable(PowerTransform(e), near);
  const auto in_exponent = [&](const std::vector<Tensor>& in) {
    const PowerTransform t(in[0]);
    return t(x) + t.inv()(x) + t.log_abs_det_jacobian(x, t(x));
  };
  EXPECT_TRUE(test::gradcheck(in_exponent, {exponent}));
  EXPECT_TRUE(test::gradgradcheck(in_exponent, {exponent}));
}

TEST(PowerTransform, SignIsThatOfTheExponent) {
  EXPECT_EQ(PowerTransform(3).sign().item<double>(), 1);
  EXPECT_EQ(PowerTransform(-0.5).sign().item<double>(), -1);
  EXPECT_TRUE(PowerTransform(Param({2, -1})).sign().equal(at::tensor({1.0, -1.0})));
  EXPECT_TRUE(PowerTransform(floats({-2, 0, 4})).inv()->sign().equal(floats({-1, 0, 1})));
}

TEST(PowerTransform, TakesExponentsThatTheDtypeOfTheValueLacks) {
  const Tensor x = doubles({0.5, 1, 2}).to(at::kHalf);
  for (const double exponent : {1e-7, 1e7}) {
    const Tensor y = PowerTransform(exponent)(x), back = (*PowerTransform(1 / exponent).inv())(x);
    EXPECT_EQ(y.scalar_type(), at::kHalf);
    EXPECT_TRUE(y.equal(back));
    EXPECT_EQ(y[1].item<double>(), 1);
    EXPECT_TRUE(y.isnan().logical_not().all().item<bool>());
  }
}

TEST(PowerTransform, BroadcastsWithItsExponent) {
  const PowerTransform t(at::full({2, 1}, 2.0));
  EXPECT_THAT(t.forward_shape({}), ElementsAre(2, 1));
  EXPECT_THAT(t.forward_shape({4, 1, 3}), ElementsAre(4, 2, 3));
  EXPECT_THAT(t.inverse_shape({4, 2, 3}), ElementsAre(4, 2, 3));
  EXPECT_EQ(t(at::ones({3})).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(t.inv()(at::ones({3})).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(t.log_abs_det_jacobian(at::ones({3}), at::ones({3})).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(PowerTransform(2).forward_shape({0, 3}), std::vector<int64_t>({0, 3}));
  EXPECT_EQ(PowerTransform(2).event_dim(), 0);
  for (const int64_t size : {int64_t{3}, INT64_MAX, INT64_MIN, int64_t{-1}}) {
    EXPECT_THROW(t.forward_shape({size, 1}), c10::ValueError) << size;
    EXPECT_THROW(t.inverse_shape({size, 1}), c10::ValueError) << size;
  }
}

TEST(PowerTransform, TheJacobianDoesNotNeedThePower) {
  // y underflows: Python returns -inf.
  const PowerTransform tenth(10);
  const Tensor x = floats({1e-30});
  EXPECT_FLOAT_EQ(tenth.log_abs_det_jacobian(x, tenth(x)).item<float>(), -619.39538998685946f);
  // y overflows.
  const Tensor large = floats({1e30}), overflowed = tenth(large);
  EXPECT_EQ(overflowed.item<double>(), kInfinity);
  EXPECT_FLOAT_EQ(tenth.log_abs_det_jacobian(large, overflowed).item<float>(),
                  static_cast<float>(std::log(10.0) + 9 * std::log(1e30)));
}

/// log |exponent| + (exponent - 1) log x of the numbers in `x`, in double.
Tensor textbook_jacobian(const Tensor& x, double exponent) {
  std::vector<double> all;
  for (int64_t i = 0; i < x.numel(); ++i) {
    const auto each = x[i].item<double>();
    all.push_back(std::log(std::abs(exponent)) + (exponent - 1) * std::log(each));
  }
  return doubles(all);
}

bool is_rounded(const Tensor& x, const Tensor& of) {
  const double few = 8 * (x.scalar_type() == at::kFloat ? 0x1p-24 : 0x1p-53);
  return at::allclose(x.to(at::kDouble), of, few, 0);
}

TEST(PowerTransform, TheJacobianIsThatOfXWhereverXIs) {
  const Tensor in_float = floats({1e-42, 1.4e-45, 1e-30, 2.5, 1e38, kInfinity}),
               in_double = doubles({1e-320, 5e-324, 1e-300, 2.5, 1e308, kInfinity});
  for (const Tensor& x : {in_float, in_double}) {
    for (const double exponent : {3.0, 1.25, 0.0625, -0.0625, -2.0}) {
      const Tensor want = textbook_jacobian(x, exponent),
                   alone = at::full({}, exponent, x.options()).requires_grad_();
      for (const PowerTransform& t : {PowerTransform(exponent), PowerTransform(alone)}) {
        const Tensor leaf = x.clone().requires_grad_();
        for (const Tensor& y :
             {t(x).detach(), at::full_like(x, 2), at::full_like(x, std::nan(""))}) {
          const Tensor jacobian = t.log_abs_det_jacobian(leaf, y);
          EXPECT_TRUE(is_rounded(jacobian, want)) << exponent << jacobian;
          const Tensor of_x = autograd::grad({jacobian.sum()}, {leaf}, {}, true)[0];
          const Tensor slope = ((exponent - 1) / x.to(at::kDouble)).to(x.scalar_type());
          EXPECT_TRUE(is_rounded(of_x, slope.to(at::kDouble))) << exponent << of_x;
        }
      }
      // By the exponent: 1 / exponent + log x.
      const Tensor jacobian = PowerTransform(alone).log_abs_det_jacobian(x, x);
      for (int64_t i = 0; i < x.numel(); ++i) {
        const Tensor of_exponent = autograd::grad({jacobian[i]}, {alone}, {}, true)[0];
        EXPECT_TRUE(is_rounded(of_exponent, 1 / exponent + x[i].to(at::kDouble).log()))
            << exponent << x[i] << of_exponent;
      }
    }
  }
}

TEST(PowerTransform, TheJacobianSurvivesAnInverseThatLeavesTheRange) {
  // x is 1e64, which overflows, and with the opposite exponent 1e-64, which underflows.
  const Tensor y = floats({1e4});
  for (const double exponent : {0.0625, -0.0625}) {
    const PowerTransform t(exponent);
    const Tensor x = t.inv()(y);
    const double expected = exponent > 0 ? -140.927694301882522 : 153.803197601355325;
    EXPECT_FLOAT_EQ(t.inv()->log_abs_det_jacobian(y, x).item<float>(),
                    static_cast<float>(-expected));
    // Infinity is no preimage.
    const auto found = t.preimage(y);
    EXPECT_EQ(found.outside.defined() && found.outside.item<bool>(), exponent > 0);
    if (exponent < 0) {
      EXPECT_FLOAT_EQ(found.log_abs_det_jacobian.item<float>(), static_cast<float>(expected));
    }
  }
  const PowerTransform t(0.015625);
  const Tensor tiny = doubles({1e-8});  // x is 1e-512
  EXPECT_DOUBLE_EQ(t.preimage(tiny).log_abs_det_jacobian.item<double>(), 1156.34400378563936);
  EXPECT_DOUBLE_EQ(t.inv()->log_abs_det_jacobian(tiny, t.inv()(tiny)).item<double>(),
                   -1156.34400378563936);
  // A subnormal x has few digits, but here it is exact.
  const PowerTransform root(-0.25);
  const Tensor subnormal = floats({1e-42});
  EXPECT_FLOAT_EQ(root.log_abs_det_jacobian(subnormal, root(subnormal)).item<float>(),
                  119.498764315245443f);
}

TEST(PowerTransform, GradientsOfTheJacobianAreFinite) {
  // The third inverse underflows, the fourth one overflows.
  const Tensor y = floats({0.5, 2, 1e-4, 1e4}).requires_grad_();
  const Tensor exponent = at::full({}, 0.0625f).requires_grad_();
  const PowerTransform t(exponent);
  const Tensor jacobian = t.inv()->log_abs_det_jacobian(y, t.inv()(y).detach());
  const auto found = autograd::grad({jacobian.sum()}, {y, exponent}, {}, true, true);
  // With u = log y and a constant x: -log e + (1/e - 1) u where u is used.
  EXPECT_TRUE(found[0].allclose(floats({0, 0, 15e4, 15e-4}), 1e-5)) << found[0];
  EXPECT_TRUE(found[1].isfinite().all().item<bool>()) << found[1];
}

TEST(PowerTransform, AResultIsPositive) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor x = at::tensor({0.0, 1e-3, 0.5, 1.0, 30.0}).to(dtype).requires_grad_();
    for (const double exponent : {300., -300., 1e-3, -1e-3}) {
      const PowerTransform t(exponent);
      for (const TransformPtr& map : {TransformPtr(t), t.inv()}) {
        const Tensor y = map(x);
        EXPECT_EQ(y.scalar_type(), dtype);
        EXPECT_TRUE(map->codomain()->check(y).all().item<bool>()) << exponent << dtype << y;
        const Tensor slope = autograd::grad({y.sum()}, {x})[0];
        EXPECT_FALSE(slope.isnan().any().item<bool>()) << exponent << dtype << slope;
      }
    }
  }
  EXPECT_TRUE(PowerTransform(2)(doubles({std::nan("")})).isnan().item<bool>());
}

TEST(PowerTransform, HalfPrecisionIsTheRoundedFloat) {
  const Tensor x = floats({0.1, 0.7, 1.0, 3.3, 9.0}), exponent = floats({-2, 0.5, 3, 1.5, -0.75});
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Tensor rounded = x.to(dtype), e = exponent.to(dtype);
    const PowerTransform narrow(e), wide(e.to(at::kFloat));
    const Tensor v = rounded.to(at::kFloat), y = wide(v);
    EXPECT_TRUE(narrow(rounded).equal(y.to(dtype)));
    EXPECT_TRUE(narrow.log_abs_det_jacobian(rounded, y.to(dtype))
                    .equal(wide.log_abs_det_jacobian(v, y).to(dtype)));
    EXPECT_EQ(PowerTransform(0.3)(rounded).scalar_type(), dtype);
    EXPECT_EQ(PowerTransform(0.3).inv()(rounded).scalar_type(), dtype);
    EXPECT_EQ(PowerTransform(0.3).log_abs_det_jacobian(rounded, rounded).scalar_type(), dtype);
  }
}

TEST(PowerTransform, NumbersKeepTheirDigitsAndTheDtypeOfX) {
  const Tensor x = doubles({0.7});
  for (const Param& exponent : {Param(0.3), Param(std::vector<double>{0.3})}) {
    const PowerTransform t(exponent);
    EXPECT_DOUBLE_EQ(t(x).item<double>(), 0.898523441790639765);
    EXPECT_DOUBLE_EQ(t.inv()(t(x)).item<double>(), 0.7);
    EXPECT_DOUBLE_EQ(t.log_abs_det_jacobian(x, t(x)).item<double>(),
                     std::log(0.3) - 0.7 * std::log(0.7));
    EXPECT_EQ(t(x.to(at::kFloat)).scalar_type(), at::kFloat);
    EXPECT_EQ(t.log_abs_det_jacobian(x.to(at::kFloat), x.to(at::kFloat)).scalar_type(), at::kFloat);
    EXPECT_EQ(t.exponent().scalar_type(), at::kFloat);
  }
  EXPECT_EQ(PowerTransform(x).exponent().scalar_type(), at::kDouble);
}

TEST(PowerTransform, IntegersAreNumbersToo) {
  const Tensor x = at::tensor({1, 2, 4}), exponent = at::tensor({3, -1, -2});
  for (const Param& e : {Param(exponent), Param({3, -1, -2})}) {
    const PowerTransform t(e);
    EXPECT_TRUE(t(x).equal(floats({1, 0.5, 0.0625})));
    EXPECT_TRUE(t.inv()(at::tensor({8, 2, 4})).allclose(floats({2, 0.5, 0.5})));
    EXPECT_TRUE(t.log_abs_det_jacobian(x, t(x)).allclose(
        floats({std::log(3.0), -std::log(4.0), -std::log(32.0)})));
  }
  EXPECT_TRUE(PowerTransform(-2)(x).equal(floats({1, 0.25, 0.0625})));
  EXPECT_TRUE(PowerTransform(exponent)(x.to(at::kDouble)).equal(doubles({1, 0.5, 0.0625})));
}

TEST(PowerTransform, TheJacobianKeepsTheDigitsOfTheMorePrecise) {
  const Tensor x = doubles({0.5});
  const PowerTransform t(floats({3}));
  EXPECT_EQ(t(x).scalar_type(), at::kDouble);
  EXPECT_DOUBLE_EQ(t.log_abs_det_jacobian(x, t(x)).item<double>(),
                   std::log(3.0) + 2 * std::log(0.5));
}

TEST(PowerTransform, EqualsOneOfEqualExponent) {
  EXPECT_TRUE(PowerTransform(2) == PowerTransform(2.0, 1));
  EXPECT_TRUE(PowerTransform(2) == PowerTransform(at::full({3}, 2)));
  const PowerTransform list{{2, 3}};
  EXPECT_TRUE(list == PowerTransform(doubles({2, 3})));
  EXPECT_FALSE(PowerTransform(2) == PowerTransform(3));
  EXPECT_FALSE(list == PowerTransform(2));
  EXPECT_FALSE(list == PowerTransform({2, 3, 2}));
  EXPECT_FALSE(PowerTransform(2).inv() == PowerTransform(0.5));
  EXPECT_TRUE(PowerTransform(2).inv()->inv() == PowerTransform(2));
  EXPECT_FALSE(PowerTransform(1) == ExpTransform());
  EXPECT_TRUE(PowerTransform(std::nan("")) == PowerTransform(at::full({2}, std::nan(""))));
}

TEST(PowerTransform, CachesInBothDirections) {
  const PowerTransform t(2.5, 1);
  EXPECT_EQ(t.cache_size(), 1);
  const Tensor x = floats({1e-30, 3}), y = t(x);
  EXPECT_TRUE(t(x).is_same(y));
  EXPECT_TRUE(t.inv()(y).is_same(x));
  const Tensor z = floats({2, 4}), w = t.inv()(z);
  EXPECT_TRUE(t(w).is_same(z));
  EXPECT_TRUE(t.with_cache()(w).is_same(z));
  EXPECT_FALSE(t.with_cache(0)(w).is_same(z));
  EXPECT_FALSE(PowerTransform(2.5).inv()(y).is_same(x));
  EXPECT_THROW(PowerTransform(2, 2), c10::ValueError);
}

TEST(PowerTransform, MovesAndDetachesItsTensorsOnly) {
  const PowerTransform t(at::full({3}, 2.0).requires_grad_(), 1);
  EXPECT_EQ(exponent_of(t.to(at::kDouble)).scalar_type(), at::kDouble);
  EXPECT_EQ(t.to(at::kDouble)->cache_size(), 1);
  EXPECT_FALSE(exponent_of(t.detach()).requires_grad());
  EXPECT_EQ(exponent_of(t.changed(core::Change::expand({5, 3}))).sizes(), IntArrayRef({3}));
  EXPECT_EQ(exponent_of(t.inv()->to(at::kDouble)->inv()).scalar_type(), at::kDouble);
  EXPECT_EQ(PowerTransform(2).to(at::kDouble)(floats({3})).scalar_type(), at::kFloat);
}

TEST(PowerTransform, MapsMetaTensors) {
  const Tensor x = at::empty({2, 3}, at::kMeta);
  for (const Param& exponent : {Param(2), Param(at::empty({3}, at::kMeta))}) {
    const PowerTransform t(exponent);
    const Tensor y = t(x);
    EXPECT_TRUE(y.is_meta());
    EXPECT_EQ(t.inv()(y).sizes(), x.sizes());
    EXPECT_TRUE(t.log_abs_det_jacobian(x, y).is_meta());
    EXPECT_EQ(t.log_abs_det_jacobian(x, y).sizes(), x.sizes());
    EXPECT_TRUE(t.preimage(y).x.is_meta());
  }
}

TEST(PowerTransform, RefusesWhatHoldsNoNumbers) {
  EXPECT_THROW(PowerTransform(Tensor(), 0), c10::ValueError);
  EXPECT_THROW(PowerTransform(at::ones({2}, at::kComplexFloat)), c10::TypeError);
}

TEST(PowerTransform, PreimageSaysWhatIsNoImage) {
  for (const double exponent : {2.0, -0.5}) {
    const PowerTransform t(exponent);
    const Tensor y = doubles({0, -1, kInfinity, 4, std::nan("")}).requires_grad_();
    for (const bool with_jacobian : {true, false}) {
      const auto found = t.preimage(y, with_jacobian);
      EXPECT_TRUE(found.outside.equal(at::tensor({1, 1, 1, 0, 0}).to(at::kBool))) << exponent;
      EXPECT_EQ(found.x[3].item<double>(), std::pow(4, 1 / exponent));
      EXPECT_TRUE(found.x[4].isnan().item<bool>());
      const Tensor known = found.x.slice(0, 0, 4).sum();
      EXPECT_TRUE(autograd::grad({known}, {y})[0].slice(0, 0, 3).eq(0).all().item<bool>());
    }
  }
}

TEST(PowerTransform, InfinityIsALimitOfTheInverseToo) {
  const Tensor y = doubles({0, -1, kInfinity, 4, std::nan("")});
  for (const double exponent : {2.0, -0.5}) {
    for (const TransformPtr& t : {PowerTransform(exponent).inv(),
                                  IndependentTransform(PowerTransform(exponent), 0).inv()}) {
      const auto found = t->preimage(y, /*with_jacobian=*/false);
      EXPECT_TRUE(found.outside.equal(at::tensor({1, 1, 1, 0, 0}).to(at::kBool))) << *t;
      EXPECT_EQ(found.x[3].item<double>(), std::pow(4, exponent)) << *t;
    }
  }
  const auto events = IndependentTransform(PowerTransform(-1), 1)
                          .inv()
                          ->preimage(doubles({1, kInfinity, 2, 3}).view({2, 2}));
  EXPECT_TRUE(events.outside.equal(at::tensor({1, 0}).to(at::kBool)));
}

TEST(PowerTransform, AnExponentOfZeroMapsToOne) {
  const Tensor x = doubles({0.25, 1, 3});
  for (const Param& exponent : {Param(0), Param(at::zeros({3}))}) {
    const PowerTransform t(exponent);
    EXPECT_TRUE(t(x).equal(at::ones_like(x)));
    EXPECT_TRUE(t.log_abs_det_jacobian(x, t(x)).eq(-kInfinity).all().item<bool>());
    EXPECT_TRUE(t.preimage(x).outside.equal(at::tensor({1, 0, 1}).to(at::kBool)));
  }
  // Only the elements whose exponent is 0 are concerned.
  EXPECT_TRUE(
      PowerTransform({0, 1, 0}).preimage(x).outside.equal(at::tensor({1, 0, 1}).to(at::kBool)));
  const Tensor none = PowerTransform({1, 0, 1}).preimage(x).outside;
  EXPECT_FALSE(none.defined() && none.any().item<bool>()) << none;
}

TEST(PowerTransform, ANaNIsNaNAtItsElementOnly) {
  const double nan = std::nan("");
  const Tensor x = doubles({nan, 1, 3, 1, nan}), exponent = doubles({0, nan, nan, 0, 2});
  const Tensor expected = at::tensor({1, 1, 1, 0, 1}).to(at::kBool);
  const PowerTransform t(exponent);
  EXPECT_TRUE(t(x).isnan().equal(expected)) << t(x);
  EXPECT_TRUE(t.inv()(x).isnan().equal(expected)) << t.inv()(x);
  EXPECT_TRUE(t.log_abs_det_jacobian(x, t(x)).isnan().equal(expected));
  for (const double number : {0.0, nan, 2.0, std::numeric_limits<double>::infinity()}) {
    const PowerTransform of_number(number), of_tensor(doubles({number}));
    for (const TransformPtr& map : {TransformPtr(of_number), of_number.inv()}) {
      EXPECT_TRUE(map(x).isnan().equal(x.isnan().logical_or(at::full({}, std::isnan(number)))))
          << number;
    }
    EXPECT_TRUE(of_number(x).eq(of_tensor(x)).equal(of_number(x).isnan().logical_not()));
  }
}

}  // namespace
}  // namespace torch::distributions
