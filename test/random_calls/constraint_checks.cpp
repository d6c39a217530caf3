// Checks of every constraint and of its transforms in the registries.

#include <ATen/ATen.h>

#include <memory>

#include "random_calls/comparison.h"
#include "random_calls/experiment.h"
#include "random_calls/generator.h"

namespace torch::distributions::random_calls {
namespace {

class ConstraintSubject {
 public:
  explicit ConstraintSubject(uint64_t seed)
      : random_(seed + 1), generator_(seed, seed), program_(generator_.constraint()) {}

  static Experiment experiment(uint64_t seed);
  bool is_constructed() const { return constraint_.has_value(); }

 private:
  // Each of these methods is a check.
  void construct();
  void finds_the_first_violation();
  void is_where_its_transforms_lead();

  const Constraint& c() const { return **constraint_; }

  Random random_;
  Generator generator_;
  ConstraintProgram program_;
  std::optional<ConstraintPtr> constraint_;
};

void ConstraintSubject::construct() {
  constraint_ = value_of("the factory", program_.expression);
  require(!format_as(c()).empty(), "it prints nothing");
}

void ConstraintSubject::finds_the_first_violation() {
  const auto [x, text] = literal(random_, program_.value, 0, generator_.dtype(),
                                 [&] { return any_number(random_, generator_.dtype()); });
  const auto valid = attempt("check(" + text + ")", [&] { return c().check(x); });
  const auto first =
      attempt("first_violation(" + text + ")", [&] { return c().first_violation(x); });
  require(valid.value.has_value() == first.value.has_value(), "of check and first_violation of ",
          text, " one raises: ", valid.message, first.message);
  if (!valid.value) return;
  const Tensor wrong = valid.value->logical_not().reshape(-1).nonzero();
  const auto want = wrong.numel() == 0 ? -1 : wrong[0].item<int64_t>();
  require(first.value->value_or(-1) == want, "first_violation(", text, ") is ",
          first.value->value_or(-1), ", by check it is ", want);
}

void ConstraintSubject::is_where_its_transforms_lead() {
  for (const auto* registry : {&biject_to, &transform_to}) {
    const auto t = *value_of("the registry", [&] { return (*registry)(c()); });
    const auto [x, text] = literal(random_, program_.value, 0, generator_.dtype(), [&] {
      return number(random_, kReal, generator_.temper(), generator_.dtype());
    });
    const Tensor y = *value_of(format_as(t) + " of " + text, [&] { return t(x); });
    if (!generator_.promises_numbers() || !everywhere(x.isfinite())) continue;
    // A number that is small compared with a bound may round to the bound, as documented.
    const bool is_precise =
        generator_.temper() == Temper::kOrdinary && epsilon_of(generator_.dtype()) < 1e-6;
    if (!is_precise && !program_.expression.text.ends_with("simplex")) continue;
    require(everywhere(c().check(y)), format_as(t), " maps ", text, " to ", text_of(y));
  }
}

Experiment ConstraintSubject::experiment(uint64_t seed) {
  static constexpr Method<ConstraintSubject> kMethods[] = {
      {"construct", &ConstraintSubject::construct},
      {"finds_the_first_violation", &ConstraintSubject::finds_the_first_violation},
      {"is_where_its_transforms_lead", &ConstraintSubject::is_where_its_transforms_lead}};
  const auto subject = std::make_shared<ConstraintSubject>(seed);
  return experiment_of(subject, subject->program_.expression.text, kMethods);
}

}  // namespace

Experiment constraint_experiment(uint64_t seed) { return ConstraintSubject::experiment(seed); }

}  // namespace torch::distributions::random_calls
