#include <gmock/gmock.h>

#include <sstream>

#include <torch/distributions.h>

namespace torch::distributions::core {
namespace {

double rate(const Distribution& distribution) { return distribution.mean().item<double>(); }

TEST(Shared, OwnsACopyOfAnyConcreteValue) {
  DistributionPtr any = Normal(3, 1);
  const DistributionPtr copy = any;
  any = Exponential(0.5);
  EXPECT_EQ(rate(any), 2);
  EXPECT_EQ(rate(copy), 3);
  EXPECT_EQ(copy->type(), Normal::static_type());
}

TEST(Shared, TakesNoAbstractOrForeignType) {
  static_assert(!std::is_convertible_v<int, DistributionPtr>);
  static_assert(!std::is_constructible_v<ConstraintPtr, Normal>);
  static_assert(!std::is_convertible_v<std::shared_ptr<Normal>, ConstraintPtr>);
  // A reference to a base class converts if its objects can clone themselves; constraints cannot.
  static_assert(std::is_convertible_v<const Distribution&, DistributionPtr>);
  static_assert(std::is_convertible_v<const Transform&, TransformPtr>);
  static_assert(!std::is_convertible_v<const Constraint&, ConstraintPtr>);
}

template <class Error, class Call>
std::string message(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

TEST(Shared, AnEmptyOneIsRefusedWhereverItIsUsed) {
  const DistributionPtr none{nullptr};
  DistributionPtr later, moved = Normal(0, 1);
  const DistributionPtr other = std::move(moved);
  const TransformPtr transform;
  const ConstraintPtr constraint = std::shared_ptr<const Constraint>();
  EXPECT_FALSE(none);
  EXPECT_FALSE(later);
  EXPECT_TRUE(other);
  EXPECT_TRUE(none == nullptr && other != nullptr && none.get() == nullptr);
  EXPECT_NO_THROW(later = none);

  const Tensor x = at::zeros({});
  const auto refused = [](auto call) { return message<c10::ValueError>(call); };
  const auto expected = ::testing::HasSubstr("An empty DistributionPtr was used");
  EXPECT_THAT(refused([&] { none->log_prob(x); }), expected);
  EXPECT_THAT(refused([&] { (*later).sample(); }), expected);
  EXPECT_THAT(refused([&] { moved->sample(); }), expected);  // NOLINT(bugprone-use-after-move)
  EXPECT_THAT(refused([&] { kl_divergence(none, other); }), expected);
  EXPECT_THAT(refused([&] { std::ostringstream() << none; }), expected);
  EXPECT_THAT(refused([&] { none.is<Normal>(); }), expected);
  EXPECT_THAT(refused([&] { none.as<Normal>(); }), expected);
  EXPECT_THAT(refused([&] { transform(x); }), ::testing::HasSubstr("An empty TransformPtr"));
  EXPECT_THAT(refused([&] { constraint->check(x); }),
              ::testing::HasSubstr("An empty ConstraintPtr"));

  EXPECT_THAT(refused([&] { Independent(none, 0); }),
              "Independent: `base_distribution` is an empty handle");
  EXPECT_THAT(refused([&] { TransformedDistribution(none, ExpTransform()); }),
              "TransformedDistribution: `base_distribution` is an empty handle");
  EXPECT_THAT(refused([&] { TransformedDistribution(other, transform); }),
              "TransformedDistribution: `transforms` is an empty handle");
  EXPECT_THAT(refused([&] {
                TransformedDistribution(other, {ExpTransform(), nullptr});
              }),
              "TransformedDistribution: `transforms` is an empty handle");
  EXPECT_THAT(refused([&] {
                MixtureSameFamily(Categorical({1., 1.}), nullptr);
              }),
              "MixtureSameFamily: `component_distribution` is an empty handle");
  EXPECT_THAT(refused([&] { ComposeTransform({transform}); }),
              "ComposeTransform: `parts` is an empty handle");
  EXPECT_THAT(refused([&] { IndependentTransform(nullptr, 1); }),
              "IndependentTransform: `base_transform` is an empty handle");
  EXPECT_THAT(refused([&] { constraints::independent(constraint, 1); }),
              "IndependentConstraint: `base_constraint` is an empty handle");
  EXPECT_THAT(refused([&] { constraints::MixtureSameFamilyConstraint(nullptr); }),
              "MixtureSameFamilyConstraint: `base_constraint` is an empty handle");
  EXPECT_THAT(refused([&] { biject_to(constraint); }), ::testing::HasSubstr("ConstraintPtr"));
}

TEST(Shared, AsksForTheConcreteClass) {
  const Independent independent(Normal(at::zeros({2}), 1), 1);
  EXPECT_TRUE(independent.base_dist().is<Normal>());
  EXPECT_TRUE(independent.base_dist().is<ExponentialFamily>());
  EXPECT_FALSE(independent.base_dist().is<Exponential>());
  EXPECT_EQ(&independent.base_dist().as<Normal>(), independent.base_dist().get());
  EXPECT_EQ(independent.base_dist().as<Normal>().loc().numel(), 2);
  const DistributionPtr chi2 = Chi2(3);
  EXPECT_EQ(rate(chi2.as<Gamma>()), 3);
  EXPECT_THAT(message<c10::TypeError>([&] { chi2.as<Normal>(); }),
              "as<Normal>: the object is of the class Chi2");

  EXPECT_TRUE(Normal(0, 1).support().is<constraints::Real>());
  EXPECT_TRUE(TransformPtr(ExpTransform()).is<ExpTransform>());
  EXPECT_THAT(message<c10::TypeError>([&] { TransformPtr(ExpTransform()).as<AffineTransform>(); }),
              "as<AffineTransform>: the object is of the class ExpTransform");
}

TEST(Shared, ATemporaryHandleGivesACopyOfTheConcreteObject) {
  const Uniform uniform(at::zeros({2}), 3);
  const auto& interval = uniform.support().as<constraints::Interval>();
  EXPECT_EQ(interval.upper_bound().numel(), 2);
  const DistributionPtr any = uniform;
  const auto& wide = any->expand({4, 2}).as<Uniform>();
  EXPECT_EQ(wide.high().numel(), 8);
}

TEST(Shared, TakesAnyObjectOfItsKindByReference) {
  const Chi2 chi2(at::tensor({1.0, 2.0}));
  const Distribution& any = chi2;
  const DistributionPtr copy = any;
  EXPECT_TRUE(copy.is<Chi2>());
  EXPECT_EQ(copy->type(), Chi2::static_type());
  EXPECT_TRUE(copy.as<Chi2>().rate().is_same(chi2.rate()));
  EXPECT_TRUE(Independent(any, 1).base_dist().is<Chi2>());
  EXPECT_TRUE(TransformedDistribution(any, {ExpTransform()}).base_dist().is<Chi2>());
  EXPECT_TRUE(MixtureSameFamily(Categorical({1., 1.}), any).component_distribution().is<Chi2>());

  const ExpTransform exp(1);
  const Transform& some = exp;
  EXPECT_TRUE(TransformPtr(some) == exp);
  EXPECT_TRUE(TransformedDistribution(any, some).transforms()[0].is<ExpTransform>());
}

/// Derives without Implements: a copy made by Normal would lose `added`.
class Loose : public Normal {
 public:
  Loose() : Normal(0, 1) {}
  int added = 1;
};

TEST(Shared, DoesNotCutOffWhatADerivedClassAdds) {
  const Loose loose;
  const Distribution& any = loose;
  EXPECT_THROW(DistributionPtr{any}, c10::NotImplementedError);
  EXPECT_EQ(DistributionPtr(loose).as<Loose>().added, 1);
}

TEST(Shared, TakesAPointerToAnObjectThatIsSharedAlready) {
  const auto normal = std::make_shared<const Normal>(3, 1);
  const DistributionPtr handle = normal;
  EXPECT_EQ(handle.get(), normal.get());
  const std::shared_ptr<const Distribution> base = normal;
  EXPECT_EQ(Independent(base, 0).base_dist().get(), normal.get());
}

}  // namespace
}  // namespace torch::distributions::core
