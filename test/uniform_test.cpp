#include <gmock/gmock.h>

#include <torch/distributions/uniform.h>
#include <limits>

namespace torch::distributions {
namespace {

TEST(Uniform, TheSupportIsClosed) {
  const Uniform uniform(0, 2);
  EXPECT_TRUE(uniform.log_prob(at::tensor({0.0, 1.0, 2.0}, at::kFloat))
                  .allclose(at::full({3}, -std::log(2.0))));
  EXPECT_EQ(Uniform(0, 2, false).log_prob(at::full({}, 2.0000002)).item<double>(),
            -std::numeric_limits<double>::infinity());
}

TEST(Uniform, TheBoundsMustBeInOrder) {
  EXPECT_THROW(Uniform(1, 0), c10::ValueError);
  EXPECT_THROW(Uniform(1, 1), c10::ValueError);
  EXPECT_NO_THROW(Uniform(1, 0, false));
}

}  // namespace
}  // namespace torch::distributions
