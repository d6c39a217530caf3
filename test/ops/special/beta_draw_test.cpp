#include "ops/special/beta_draw.h"

#include <gtest/gtest.h>

#include "ops/special/elementwise.h"
#include "ops/special/tensor_scalar.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;

// -(dF/da) / (f (1 - x)) by mpmath with 60 digits. dF/da is a fourth-order central difference of
// betainc with step 1e-12 a. For (1e6, 1e6) f(t) (log t - E log t) is integrated from x to 1.
struct Reference {
  double x, a, b, expected;
};
constexpr Reference kBetaDraw[] = {
    {0.5, 1, 1, 0.69314718055994531},
    {0.25, 0.5, 0.5, 1.1719536193447294},
    {0.75, 0.5, 0.5, 2.3439072386894589},
    {0.3, 2, 3, 0.19929845136598923},
    {0.6, 2, 3, 0.2849081423331709},
    {0.9, 2, 3, 0.34450756943447629},
    {1e-10, 0.05, 1, 4.6051701864486083e-8},
    {1e-30, 0.001, 0.001, 5.6907591145436452e-25},
    {0.999, 0.001, 0.001, 499502.63720072794},
    {0.5, 0.001, 2, 386.6009073930575},
    {0.0625, 0.01, 100, 0.90591131642563907},
    {1e-06, 30, 1e5, 1.9128938408936867e-7},
    {9.5367431640625e-07, 2, 1e4, 2.6674607541430242e-6},
    {4.670851e-05, 5, 1e5, 9.9906535747550034e-6},
    {0.00011604, 5, 1e5, 1.5286975427620609e-5},
    {0.999953125, 1e5, 1, 9.9997656213378048e-6},
    {0.99999, 50, 0.3, 0.020140266467003482},
    {0.25, 1e3, 3e3, 0.00025006250885159831},
    {0.26, 1e3, 3e3, 0.00025499858502564878},
    {0.5, 1e6, 1e6, 5.000001666667e-7},
    {0.501, 1e6, 1e6, 5.0049983387451737e-7},
};

void expect_reference() {
  for (const auto& [x, a, b, expected] : kBetaDraw) {
    const double actual =
        special::beta_draw_da(doubles({x}), doubles({a}), doubles({b})).item<double>();
    EXPECT_NEAR(actual / expected, 1, 1e-11) << "x = " << x << ", a = " << a << ", b = " << b;
  }
}

TEST(BetaDrawTest, DerivativeIsThatOfMpmath) { expect_reference(); }

TEST(BetaDrawTest, DerivativeIsTheSameByTensorOperations) {
  const special::TensorOperationsGuard as_on_other_devices;
  expect_reference();
}

}  // namespace
}  // namespace torch::distributions::ops
