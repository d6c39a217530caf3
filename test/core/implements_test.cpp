#include <gmock/gmock.h>

#include <fmt/format.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {
namespace {

/// Takes a location or its negative. The constraint of `width` and the support use the accessor
/// `low`.
class Point : public Implements<Point> {
 public:
  static const Signature<Point>& signature() {
    static const Signature<Point> s{
        .name = "Point",
        .fields = {{"loc", &Point::loc_, constraints::real, core::Presence::kAlternative},
                   {"negative", &Point::negative_, constraints::real, core::Presence::kAlternative},
                   {"width", &Point::width_,
                    [](const Point& p) { return constraints::greater_than(p.low()); }},
                   {"low", &Point::low, constraints::nonnegative}},
        .support = [](const Point& p) { return constraints::interval(p.low(), 10); }};
    return s;
  }
  Point(Param loc, Param negative, Param width, Validate validate_args = {})
      : Implements(validate_args) {
    initialize(loc, negative, width);
  }
  Tensor low() const { return width_ - 1; }
  const Tensor& loc() const { return loc_; }
  const Tensor& width() const { return width_; }

 private:
  Tensor do_log_prob(const Tensor& value) const override { return value * width_; }
  Tensor loc_, negative_, width_;
};

TEST(Implements, BroadcastsExpandsAndKeepsTheClass) {
  const Point point(at::zeros({2, 1}), {}, at::full({3}, 2.0));
  EXPECT_EQ(core::repr(point.batch_shape()), "torch.Size([2, 3])");
  EXPECT_EQ(core::repr(point.loc().sizes()), "torch.Size([2, 3])");
  const Point wide = point.expand({4, 2, 3});
  EXPECT_EQ(core::repr(wide.width().sizes()), "torch.Size([4, 2, 3])");
  EXPECT_EQ(wide.width().data_ptr(), point.width().data_ptr());
  EXPECT_THROW(point.expand({2, 4}), c10::ValueError);
  EXPECT_EQ(core::repr(point.batch_shape()), "torch.Size([2, 3])");
}

TEST(Implements, PrintsTheMembersThatAreGiven) {
  EXPECT_EQ(fmt::format("{}", Point(0, {}, 2)), "Point(loc: 0.0, width: 2.0)");
  EXPECT_EQ(fmt::format("{}", Point({}, at::zeros({2}), 2)),
            "Point(negative: torch.Size([2]), width: torch.Size([2]))");
}

TEST(Implements, ListsTheConstraintsInTheConstructorsOrder) {
  std::vector<std::string> names;
  for (const auto& [name, constraint] : Point(0, {}, 2).arg_constraints()) names.push_back(name);
  EXPECT_THAT(names, ::testing::ElementsAre("loc", "negative", "width", "low"));
  EXPECT_EQ(fmt::format("{}", *Point(0, {}, 2).support()),
            "Interval(lower_bound=1.0, upper_bound=10)");
}

TEST(Implements, ChecksEveryFieldThatIsGiven) {
  EXPECT_THROW(Point(NAN, {}, 2), c10::ValueError);
  EXPECT_THROW(Point({}, NAN, 2), c10::ValueError);
  EXPECT_THROW(Point(0, {}, 0.5), c10::ValueError);  // the accessor `low` is negative
  EXPECT_NO_THROW(Point(0, {}, 0.5, false));
  EXPECT_THROW(Point(0, {}, {}), c10::ValueError);  // a required argument is missing
  EXPECT_THROW(Point(at::zeros({2}), {}, at::ones({3})), c10::ValueError);
}

TEST(Implements, GivesNumbersTheTensorsDtypeAndIntegersTheDefaultOne) {
  EXPECT_EQ(Point(at::zeros({2}, at::kDouble), {}, 2).width().scalar_type(), at::kDouble);
  EXPECT_EQ(Point(at::zeros({1}, at::kLong), {}, 2.5).width().item<double>(), 2.5);
  EXPECT_EQ(Point(at::zeros({1}, at::kLong), {}, 2.5).loc().scalar_type(), at::kFloat);
  EXPECT_EQ(Point(0, {}, 2).to(at::kDouble).width().scalar_type(), at::kDouble);
}

TEST(Implements, ChecksTheFieldsAgainWhenTheyGetAnotherDtype) {
  const Point point(0, {}, at::scalar_tensor(1 + 1e-6));
  const auto narrow = [](const Point& p) { return p.to(at::kHalf); };
  EXPECT_NO_THROW(narrow(point));
  class Thin : public Implements<Thin> {
   public:
    static const Signature<Thin>& signature() {
      static const Signature<Thin> s{.name = "Thin",
                                     .fields = {{"width", &Thin::width_, constraints::positive}}};
      return s;
    }
    explicit Thin(Param width, Validate validate_args = {}) : Implements(validate_args) {
      initialize(width);
    }

   private:
    Tensor width_;
  };
  EXPECT_THROW(Thin(1e-9).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(DistributionPtr(Thin(1e-9))->to(at::kHalf), c10::ValueError);
  EXPECT_NO_THROW(Thin(1e-9).to(at::kMeta));
  EXPECT_NO_THROW(Thin(1e-9, false).to(at::kHalf));
}

TEST(Implements, RefusesWhatIsNoNumberWhicheverWayItComes) {
  EXPECT_THROW(Point(at::zeros({1}, at::kComplexFloat), {}, 2), c10::TypeError);
  /// Stores its argument without passing it to `initialize`.
  class Own : public Implements<Own> {
   public:
    static const Signature<Own>& signature() {
      static const Signature<Own> s{.name = "Own",
                                    .fields = {{"loc", &Own::loc_, constraints::real}}};
      return s;
    }
    explicit Own(Tensor loc) : loc_(std::move(loc)) { initialize(); }

   private:
    Tensor loc_;
  };
  EXPECT_NO_THROW(Own(at::zeros({1})));
  EXPECT_THROW(Own(at::zeros({1}, at::kComplexFloat)), c10::TypeError);
  EXPECT_THROW(Own({}), c10::ValueError);
}

}  // namespace
}  // namespace torch::distributions
