#include <gmock/gmock.h>

#include <cstdint>
#include <string>

#include <torch/distributions/constraints/real.h>
#include <torch/distributions/core/implements.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/uniform.h>

namespace torch::distributions {
namespace {

using ::testing::HasSubstr;

/// Has nothing but a support.
class Bare : public Implements<Bare> {
 public:
  static const Signature<Bare>& signature() {
    static const Signature<Bare> s{.name = "Bare", .support = constraints::real};
    return s;
  }
};

template <class Error, class Call>
std::string message(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

TEST(Distribution, AMissingMethodNamesClassAndMethod) {
  const Bare bare;
  const Tensor x = at::zeros({});
  const auto missing = [&](auto&& call) { return message<c10::NotImplementedError>(call); };
  EXPECT_THAT(missing([&] { bare.sample(); }), HasSubstr("Bare::sample is not implemented"));
  EXPECT_THAT(missing([&] { bare.rsample(); }), HasSubstr("Bare::rsample"));
  EXPECT_THAT(missing([&] { bare.log_prob(x); }), HasSubstr("Bare::log_prob"));
  EXPECT_THAT(missing([&] { bare.cdf(x); }), HasSubstr("Bare::cdf"));
  EXPECT_THAT(missing([&] { bare.icdf(x); }), HasSubstr("Bare::icdf"));
  EXPECT_THAT(missing([&] { bare.mean(); }), HasSubstr("Bare::mean"));
  EXPECT_THAT(missing([&] { bare.mode(); }), HasSubstr("Bare::mode"));
  EXPECT_THAT(missing([&] { bare.variance(); }), HasSubstr("Bare::variance"));
  EXPECT_THAT(missing([&] { bare.stddev(); }), HasSubstr("Bare::variance"));
  EXPECT_THAT(missing([&] { bare.entropy(); }), HasSubstr("Bare::entropy"));
  EXPECT_THAT(missing([&] { bare.perplexity(); }), HasSubstr("Bare::entropy"));
  EXPECT_THAT(missing([&] { bare.enumerate_support(); }), HasSubstr("Bare::enumerate_support"));
}

TEST(Distribution, NamesTheFirstOffendingValueAndItsIndex) {
  EXPECT_EQ(message<c10::ValueError>([] {
              Normal(at::zeros({2, 2}), at::tensor({1.0, 2.0, -3.0, -4.0}).view({2, 2}));
            }),
            "Expected parameter scale (Tensor of shape (2, 2)) of distribution Normal(loc: "
            "torch.Size([2, 2]), scale: "
            "torch.Size([2, 2])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found "
            "invalid values: the "
            "first is -3.0 at index [1, 0]");
  EXPECT_EQ(message<c10::ValueError>([] {
              Uniform(0, at::ones({3})).log_prob(at::tensor({0.5, 1.0, 1.5}));
            }),
            "Expected value argument (Tensor of shape (3,)) to be within the support "
            "(Interval(lower_bound=tensor([0., "
            "0., 0.]), upper_bound=tensor([1., 1., 1.]))) of the distribution Uniform(low: "
            "torch.Size([3]), high: "
            "torch.Size([3])), but found invalid values: the first is 1.5 at index [2]");
}

TEST(Distribution, ChecksTheShapeOfAValue) {
  const Normal normal(at::zeros({3}), 1);
  EXPECT_THAT(message<c10::ValueError>([&] { normal.log_prob(at::zeros({2})); }),
              HasSubstr("Value is not broadcastable with batch_shape+event_shape: torch.Size([2]) "
                        "vs torch.Size([3])"));
  EXPECT_NO_THROW(normal.log_prob(at::zeros({5, 1})));
  EXPECT_NO_THROW(normal.log_prob(at::zeros({})));
}

TEST(Distribution, CdfTakesEveryNumberAndIcdfEveryProbability) {
  const Uniform uniform(0, 1);
  EXPECT_EQ(uniform.cdf(at::full({}, 2.0)).item<double>(), 1);
  EXPECT_THROW(uniform.cdf(at::full({}, NAN)), c10::ValueError);
  EXPECT_THROW(uniform.icdf(at::full({}, 2.0)), c10::ValueError);
  const ValidateArgsGuard off(false);
  EXPECT_TRUE(uniform.icdf(at::tensor({-0.1, 1.1})).isnan().all().item<bool>());
}

TEST(Distribution, ImpossibleSizesAreNamed) {
  const Normal normal(at::zeros({3}), 1);
  const auto refused = [&](auto&& call) { return message<c10::ValueError>(call); };
  EXPECT_EQ(refused([&] {
              normal.expand({-1, 3});
            }),
            "Normal: a batch_shape to expand to has no negative size, got torch.Size([-1, 3])");
  EXPECT_EQ(refused([&] {
              normal.sample({2, INT64_MIN});
            }),
            "Normal: a sample_shape has no negative size, got torch.Size([2, " +
                std::to_string(INT64_MIN) + "])");
  EXPECT_EQ(refused([&] {
              normal.rsample({int64_t{1} << 62, 4});
            }),
            "Normal: a sample_shape is too large: torch.Size([4611686018427387904, 4])");
  EXPECT_THAT(refused([&] {
                normal.expand({int64_t{1} << 60, 3});
              }),
              HasSubstr("a batch_shape to expand to is too large"));
  EXPECT_THAT(refused([&] { normal.sample({0, INT64_MAX, INT64_MAX}); }), HasSubstr("too large"));
}

TEST(Distribution, AFailedCallLeavesTheObjectAsItWas) {
  const Normal normal(at::zeros({3}), 1);
  EXPECT_THROW(normal.expand({4}), c10::ValueError);
  EXPECT_EQ(repr(normal.loc().sizes()), "torch.Size([3])");
}

TEST(Distribution, SampleNIsSample) {
  at::manual_seed(0);
  const Tensor sample = Normal(0, 1).sample({3});
  at::manual_seed(0);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  EXPECT_TRUE(Normal(0, 1).sample_n(3).equal(sample));
#pragma GCC diagnostic pop
}

}  // namespace
}  // namespace torch::distributions
