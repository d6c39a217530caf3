#include "ops/special/differentiable.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/forward_grad.h>

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ops/special/bessel.h"
#include "ops/special/beta_log_density.h"
#include "ops/special/binomial_log_density.h"
#include "ops/special/elementwise.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/hyperbolic.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/lbeta.h"
#include "ops/special/log_mean_gap.h"
#include "ops/special/log_of_ratio.h"
#include "ops/special/normal.h"
#include "ops/special/poisson_log_density.h"
#include "ops/special/rounding.h"
#include "ops/special/sigmoid.h"
#include "ops/special/softplus_divergence.h"
#include "ops/special/stirling_divergence.h"
#include "ops/special/unit_power.h"
#include "ops/special/versine.h"
#include "ops/special/xlogy.h"

// Properties that all special functions share.

namespace torch::distributions::ops::special {
namespace {

using Call = std::function<Tensor(const std::vector<Tensor>&)>;

struct Case {
  std::string name;
  size_t arity;
  Call function;
};

template <class F>
Case unary(std::string name, F f) {
  return {std::move(name), 1, [f](const auto& x) { return f(x[0]); }};
}
template <class F>
Case binary(std::string name, F f) {
  return {std::move(name), 2, [f](const auto& x) { return f(x[0], x[1]); }};
}
template <class F>
Case ternary(std::string name, F f) {
  return {std::move(name), 3, [f](const auto& x) { return f(x[0], x[1], x[2]); }};
}

// All functions take arguments in (0, 1). log1mexp is called with -x, and the binomial functions
// with 32 n trials, which is exact.
std::vector<Case> all_functions() {
  return {binary("xlogy", special::xlogy),
          binary("xlog1py", xlog1py),
          unary("log1mexp", [](const Tensor& x) { return log1mexp(-x); }),
          unary("log1pmx", log1pmx),
          unary("softplus", special::softplus),
          unary("sigmoid", special::sigmoid),
          unary("log_sigmoid", special::log_sigmoid),
          unary("expm1", special::expm1),
          unary("tanh", special::tanh),
          unary("atanh", special::atanh),
          unary("log_cosh", log_cosh),
          unary("versine_of_half", versine_of_half),
          unary("log_i0e", log_i0e),
          unary("circular_variance", circular_variance),
          unary("ndtr", ndtr),
          unary("log_ndtr", log_ndtr),
          unary("ndtri", ndtri),
          unary("inverse_mills", inverse_mills),
          unary("lgamma", special::lgamma),
          unary("digamma", special::digamma),
          unary("trigamma", trigamma),
          unary("stirlerr", stirlerr),
          unary("log_factorial_remainder", log_factorial_remainder),
          binary("log_over_digamma", log_over_digamma),
          unary("log_minus_digamma", log_minus_digamma),
          binary("log_over_digamma1p", log_over_digamma1p),
          binary("digamma_difference", digamma_difference),
          binary("log_of_ratio", log_of_ratio),
          unary("probability_of_odds", probability_of_odds),
          binary("unit_power", unit_power),
          binary("lbeta", lbeta),
          binary("bd0", bd0),
          binary("poisson_log_density", poisson_log_density),
          ternary("gamma_log_density", gamma_log_density),
          ternary("beta_log_density", beta_log_density),
          ternary("binomial_log_density",
                  [](const Tensor& k, const Tensor& n, const Tensor& p) {
                    return binomial_log_density(k, 32 * n, p);
                  }),
          ternary("binomial_log_density_logits",
                  [](const Tensor& k, const Tensor& n, const Tensor& t) {
                    return binomial_log_density_logits(k, 32 * n, t);
                  }),
          binary("gammainc", gammainc),
          binary("gammaincc", gammaincc)};
}

class RuleTest : public testing::TestWithParam<Case> {
 protected:
  Tensor call(const std::vector<Tensor>& args) const { return GetParam().function(args); }

  // Contiguous double arguments of the given shape, with different values for each argument.
  std::vector<Tensor> arguments(at::IntArrayRef shape) const {
    std::vector<Tensor> args;
    const int64_t n = c10::multiply_integers(shape);
    for (size_t i = 0; i < GetParam().arity; ++i) {
      args.push_back(
          ((at::arange(n, at::kDouble) * 7 + static_cast<double>(i) * 3 + 1) % 11 / 13 + 0.05)
              .view(shape));
    }
    return args;
  }

  static std::vector<Tensor> map(const std::vector<Tensor>& args,
                                 const std::function<Tensor(const Tensor&)>& f) {
    std::vector<Tensor> result;
    for (const auto& arg : args) result.push_back(f(arg));
    return result;
  }
};

TEST_P(RuleTest, KeepsShapes) {
  EXPECT_EQ(call(arguments({})).dim(), 0);
  EXPECT_EQ(call(arguments({0, 3})).sizes(), at::IntArrayRef({0, 3}));
  const auto args = arguments({3, 4});
  const Tensor expected = call(args);
  EXPECT_EQ(expected.sizes(), at::IntArrayRef({3, 4}));
  EXPECT_TRUE(expected.isfinite().all().item<bool>());
  // LibTorch computes contiguous elements as SIMD vectors, whose functions may differ from the
  // scalar ones in the last digits.
  const auto expect_same = [](const Tensor& value, const Tensor& reference) {
    EXPECT_TRUE(value.allclose(reference, 4 * std::numeric_limits<double>::epsilon(), 0));
  };
  expect_same(call(map(args, [](const Tensor& x) { return x.t().contiguous().t(); })), expected);
  expect_same(call(map(args,
                       [](const Tensor& x) {
                         return at::stack({x, x}, -1).select(-1, 0);
                       })),
              expected);
  const auto rows = map(args, [](const Tensor& x) { return x[0].expand({3, 4}); });
  expect_same(call(rows), expected[0].expand({3, 4}));
}

TEST_P(RuleTest, Broadcasts) {
  const auto args = arguments({3, 4});
  if (args.size() < 2) GTEST_SKIP();
  for (size_t i = 0; i < args.size(); ++i) {
    for (const auto& part :
         {args[i].select(0, 0), args[i].slice(1, 0, 1), args[i][0][0], args[i].slice(0, 0, 1)}) {
      auto narrow = args, wide = args;
      narrow[i] = part.clone().requires_grad_();
      wide[i] = part.expand({3, 4}).contiguous().requires_grad_();
      EXPECT_TRUE(at::equal(call(narrow), call(wide)));
      const auto narrow_gradient = autograd::grad({call(narrow).sum()}, {narrow[i]})[0];
      const auto wide_gradient = autograd::grad({call(wide).sum()}, {wide[i]})[0];
      EXPECT_EQ(narrow_gradient.sizes(), narrow[i].sizes());
      EXPECT_TRUE(at::allclose(narrow_gradient, wide_gradient.sum_to_size(narrow[i].sizes())));
    }
  }
}

TEST_P(RuleTest, KeepsDtypes) {
  const auto args = arguments({5});
  const Tensor expected = call(args);
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto rounded = map(args, [&](const Tensor& x) { return x.to(dtype); });
    const Tensor result = call(rounded);
    EXPECT_EQ(result.scalar_type(), dtype);
    // Half is computed in float and rounded once.
    const auto wide = map(rounded, [](const Tensor& x) { return x.to(at::kFloat); });
    EXPECT_TRUE(at::equal(result, call(wide).to(dtype)));
  }
  const auto integers = map(args, [](const Tensor& x) { return at::zeros_like(x, at::kLong); });
  EXPECT_EQ(call(integers).scalar_type(), at::kFloat);
  if (args.size() > 1) {
    auto mixed = args;
    mixed[0] = mixed[0].to(at::kFloat);
    EXPECT_EQ(call(mixed).scalar_type(), at::kDouble);
    mixed = map(args, [](const Tensor& x) { return x.to(at::kFloat); });
    mixed[1] = args[1][0];  // a 0-d tensor does not promote the dtype
    EXPECT_EQ(call(mixed).scalar_type(), at::kFloat);
  }
}

TEST_P(RuleTest, WorksOnMetaTensors) {
  const auto args =
      map(arguments({3, 4}), [](const Tensor& x) { return x.to(at::kMeta).requires_grad_(); });
  const Tensor result = call(args);
  EXPECT_TRUE(result.is_meta());
  EXPECT_EQ(result.sizes(), at::IntArrayRef({3, 4}));
  EXPECT_EQ(autograd::grad({result.sum()}, {args[0]})[0].sizes(), args[0].sizes());
}

TEST_P(RuleTest, AgreesWithTensorOperations) {
  const auto args = arguments({3, 4});
  const Tensor expected = call(args);
  const TensorOperationsGuard guard;
  EXPECT_TRUE(at::allclose(call(args), expected, 1e-14, 1e-15));
}

TEST_P(RuleTest, HasForwardMode) {
  const auto level = autograd::ForwardADLevel::get_next_idx();
  const auto args = arguments({3, 4});
  std::vector<Tensor> leaves, duals, tangents;
  for (size_t i = 0; i < args.size(); ++i) {
    leaves.push_back(args[i].clone().requires_grad_());
    tangents.push_back(at::cos(args[i] * 5 + static_cast<double>(i)));
    duals.push_back(at::_make_dual(args[i], tangents.back(), static_cast<int64_t>(level)));
  }
  const auto gradients = autograd::grad({call(leaves).sum()}, leaves);
  Tensor expected = at::zeros({3, 4}, at::kDouble);
  for (size_t i = 0; i < args.size(); ++i) expected += gradients[i] * tangents[i];
  const auto [primal, tangent] = at::_unpack_dual(call(duals), static_cast<int64_t>(level));
  EXPECT_TRUE(at::equal(primal, call(args)));
  EXPECT_TRUE(at::allclose(tangent, expected, 1e-13, 1e-14));
  autograd::ForwardADLevel::release_idx(level);
}

TEST_P(RuleTest, RecordsOnlyWhatIsAsked) {
  const auto args = arguments({2});
  EXPECT_FALSE(call(args).requires_grad());
  auto leaves = args;
  leaves[0] = leaves[0].clone().requires_grad_();
  EXPECT_TRUE(call(leaves).requires_grad());
  const at::NoGradGuard no_grad;
  EXPECT_FALSE(call(leaves).requires_grad());
}

INSTANTIATE_TEST_SUITE_P(All, RuleTest, testing::ValuesIn(all_functions()),
                         [](const auto& case_info) { return case_info.param.name; });

TEST(DifferentiableTest, RefusesComplexNumbers) {
  EXPECT_THROW(special::lgamma(at::ones({2}, at::kComplexDouble)), c10::Error);
}

TEST(ElementwiseTest, UsesEveryElementOnceWhateverTheThreads) {
  const Tensor x = at::arange(100000, at::kDouble).view({100, 1000}).t() + 1;
  EXPECT_TRUE(at::allclose(elementwise([](const auto& t) { return t * 2.0; }, x), x * 2, 0, 0));
}

}  // namespace
}  // namespace torch::distributions::ops::special
