#include "ops/draws/circular.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ops/special/constants.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;

// With sources that give the same numbers for ever, which would make an endless loop.
TEST(SampleVonMisesTest, EndsForEverySource) {
  const Tensor k = doubles({0, 1e-300, 1e-8, 1, 1e8, 1e300, INFINITY});
  const double most = 1 - 0x1p-53;
  for (const double u : {0.0, 0.5, most}) {
    for (const double v : {0.0, 0.5, most}) {
      int rounds = 0;
      const Tensor angle = sample_von_mises(k, [&] {
        ++rounds;
        return doubles({u, v, u}).unsqueeze(-1).expand({3, k.size(0)});
      });
      EXPECT_TRUE(angle.isfinite().all().item<bool>()) << u << ' ' << v << ": " << angle;
      EXPECT_LE(angle.abs().max().item<double>(), kPi);
      EXPECT_LE(rounds, 40);
    }
  }
}

// The proposals and their acceptance are those of Best and Fisher's formulas, in mpmath with 60
// digits: r = (1 + rho^2) / (2 rho), z = cos(pi u), f = (1 + r z) / (r + z), and c = k (r - f).
TEST(SampleVonMisesTest, ProposalsAreThoseOfBestAndFisher) {
  struct {
    double k, u, angle;
  } const references[] = {{1e-8, 0.25, 0.7853981563263805},    {1e-8, 0.5, 1.5707963167948966},
                          {0.5, 0.25, 0.5210531650709956},     {0.5, 0.5, 1.1437177404024206},
                          {3, 0.25, 0.23720732595246027},      {3, 0.5, 0.5602409664149115},
                          {1e4, 0.25, 0.004142129700134125},   {1e4, 0.5, 0.009999916664791723},
                          {1e12, 0.25, 4.142135623730891e-07}, {1e12, 0.5, 9.999999999999167e-07}};
  for (const auto& [k, u, angle] : references) {
    const Tensor got = sample_von_mises(doubles({k}), [&] {
      return doubles({u, 0, 0.75}).unsqueeze(-1);
    });
    EXPECT_NEAR(got.item<double>() / angle, 1, 1e-14) << k;
  }
}

TEST(WrappedAngleTest, IsTheAngleNextToZero) {
  const Tensor x = doubles({0, 1e-300, 3, -3, 4, -4, 100, 1e300, INFINITY, NAN});
  const Tensor wrapped = wrapped_angle(x);
  EXPECT_TRUE(wrapped.slice(0, 0, 4).equal(x.slice(0, 0, 4)));
  EXPECT_TRUE(wrapped.slice(0, 4, 7).allclose(
      doubles({4 - 2 * M_PI, 2 * M_PI - 4, 100 - 32 * M_PI}), 1e-13, 0));
  EXPECT_LE(std::abs(wrapped[7].item<double>()), M_PI * (1 + 1e-15));
  EXPECT_TRUE(wrapped.slice(0, 8).isnan().all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::ops
