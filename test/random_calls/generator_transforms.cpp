#include <string>
#include <utility>
#include <vector>

#include "random_calls/generator.h"

/// Random transforms and constraints.
namespace torch::distributions::random_calls {
namespace {

template <class T>
Expression<TransformPtr> transform_of(const std::string& name) {
  return constant<TransformPtr>(name + "()", T());
}

Expression<TransformPtr> inverse(const Expression<TransformPtr>& transform) {
  return call<TransformPtr>(
      "", ".inv()", [](const TransformPtr& t) { return t->inv(); }, transform);
}

}  // namespace

Expression<Param> Generator::factor(const Shape& shape) {
  const auto positive = free_parameter(kPositive, shape);
  if (!structure_.chance(0.3)) return positive;
  return call<Param>(
      "-", "",
      [](const Param& p) {
        if (!p.defined()) return p;
        return p.is_number() ? Param(-p.number()) : Param(p.tensor().neg());
      },
      positive);
}

Expression<TransformPtr> Generator::affine(const Shape& shape) {
  const auto shapes = shapes_that_join(structure_, shape, 2);
  const auto loc = free_parameter(kReal, shapes[0]);
  const auto scale = factor(shapes[1]);
  return call<TransformPtr>(
      "AffineTransform(", ")",
      [](Param l, Param s) -> TransformPtr { return AffineTransform(std::move(l), std::move(s)); },
      loc, scale);
}

Expression<TransformPtr> Generator::power(const Shape& shape) {
  return call<TransformPtr>(
      "PowerTransform(", ")",
      [](Param exponent) -> TransformPtr { return PowerTransform(std::move(exponent)); },
      factor(shapes_that_join(structure_, shape, 2)[0]));
}

Expression<TransformPtr> Generator::elementwise(int depth, const Shape& shape, Range& range) {
  const auto to = [&](Range result, Expression<TransformPtr> transform) {
    range = result;
    return transform;
  };
  if (range != Range::kReals && structure_.chance(0.3)) {
    const auto transform = power(shape);
    return to(Range::kPositives, structure_.chance(0.3) ? inverse(transform) : transform);
  }
  if (range == Range::kPositives && structure_.chance(0.3)) {
    return to(Range::kReals, structure_.chance(0.5)
                                 ? inverse(transform_of<ExpTransform>("ExpTransform"))
                                 : inverse(transform_of<SoftplusTransform>("SoftplusTransform")));
  }
  if (range == Range::kUnitInterval && structure_.chance(0.3)) {
    return to(Range::kReals, structure_.chance(0.5)
                                 ? inverse(transform_of<SigmoidTransform>("SigmoidTransform"))
                                 : inverse(transform_of<TanhTransform>("TanhTransform")));
  }
  switch (structure_.below(depth > 0 ? 9 : 5)) {
    case 0:
      return to(Range::kPositives, transform_of<ExpTransform>("ExpTransform"));
    case 1:
      return to(Range::kUnitInterval, transform_of<SigmoidTransform>("SigmoidTransform"));
    case 2:
      return to(Range::kReals, transform_of<TanhTransform>("TanhTransform"));
    case 3:
      return to(Range::kPositives, transform_of<SoftplusTransform>("SoftplusTransform"));
    case 4: {
      const auto transform = affine(shape);
      return to(Range::kReals, structure_.chance(0.3) ? inverse(transform) : transform);
    }
    case 5: {
      const auto constraint = bounded(shape);
      return to(
          Range::kReals,
          call<TransformPtr>(
              "biject_to(", ")", [](const ConstraintPtr& c) { return biject_to(c); }, constraint));
    }
    case 6:
      return call<TransformPtr>(
          "IndependentTransform(", ", 0)",
          [](TransformPtr t) -> TransformPtr { return IndependentTransform(std::move(t), 0); },
          elementwise(depth - 1, shape, range));
    case 7:
      return call<TransformPtr>(
          "", ".with_cache()", [](const TransformPtr& t) { return t->with_cache(); },
          elementwise(depth - 1, shape, range));
    default: {
      std::vector<Expression<TransformPtr>> parts;
      for (int64_t count = structure_.below(3); count > 0; --count) {
        parts.push_back(elementwise(depth - 1, shape, range));
      }
      return call_with_list<TransformPtr>(
          "ComposeTransform({", "})",
          [](std::vector<TransformPtr> all) -> TransformPtr {
            return ComposeTransform(std::move(all));
          },
          parts);
    }
  }
}

TransformProgram Generator::transform() {
  const Shape shape = random_shape(structure_);
  Range range = Range::kReals;
  auto transform = elementwise(2, shape, range);
  if (structure_.chance(0.1)) {
    transform = call<TransformPtr>(
        "ComposeTransform({", ", AbsTransform()})",
        [](TransformPtr first) -> TransformPtr {
          return ComposeTransform({std::move(first), AbsTransform()});
        },
        transform);
  }
  const int64_t rank = static_cast<int64_t>(shape.size());
  if (rank > 0 && structure_.chance(0.3)) {
    const int64_t ndims = 1 + structure_.below(rank);
    transform = call<TransformPtr>(
        "IndependentTransform(", ", " + std::to_string(ndims) + ")",
        [ndims](TransformPtr t) -> TransformPtr {
          return IndependentTransform(std::move(t), ndims);
        },
        transform);
  }
  if (rank > 0 && shape.back() > 0 && structure_.chance(0.3)) {
    const bool is_triangular = shape.back() == 1 || shape.back() == 3 || shape.back() == 6;
    const auto last = is_triangular && structure_.chance(0.5)
                          ? transform_of<CorrCholeskyTransform>("CorrCholeskyTransform")
                      : structure_.chance(0.5)
                          ? transform_of<SoftmaxTransform>("SoftmaxTransform")
                          : transform_of<StickBreakingTransform>("StickBreakingTransform");
    transform = call<TransformPtr>(
        "ComposeTransform({", "})",
        [](TransformPtr first, TransformPtr second) -> TransformPtr {
          return ComposeTransform({std::move(first), std::move(second)});
        },
        transform, last);
  }
  return {transform, shape};
}

Expression<ConstraintPtr> Generator::bounded(const Shape& shape) {
  using Two = ConstraintPtr (*)(Param, Param);
  using One = ConstraintPtr (*)(Param);
  const auto of_one = [&](const char* name, One make) {
    const auto shapes = shapes_that_join(structure_, shape, 2);
    return call<ConstraintPtr>(std::string("constraints::") + name + "(", ")", make,
                               free_parameter(kReal, shapes[0]));
  };
  const auto of_two = [&](const char* name, Two make) {
    const auto shapes = shapes_that_join(structure_, shape, 2);
    const auto [low, high] = bounds(shapes[0]);
    return call<ConstraintPtr>(std::string("constraints::") + name + "(", ")", make, low, high);
  };
  switch (structure_.below(9)) {
    case 0:
      return constant<ConstraintPtr>("constraints::real", constraints::real);
    case 1:
      return constant<ConstraintPtr>("constraints::positive", constraints::positive);
    case 2:
      return constant<ConstraintPtr>("constraints::nonnegative", constraints::nonnegative);
    case 3:
      return constant<ConstraintPtr>("constraints::unit_interval", constraints::unit_interval);
    case 4:
      return of_one("greater_than",
                    [](Param p) -> ConstraintPtr { return constraints::greater_than(p); });
    case 5:
      return of_one("greater_than_eq",
                    [](Param p) -> ConstraintPtr { return constraints::greater_than_eq(p); });
    case 6:
      return of_one("less_than",
                    [](Param p) -> ConstraintPtr { return constraints::less_than(p); });
    case 7:
      return of_two("interval",
                    [](Param a, Param b) -> ConstraintPtr { return constraints::interval(a, b); });
    default:
      return of_two("half_open_interval", [](Param a, Param b) -> ConstraintPtr {
        return constraints::half_open_interval(a, b);
      });
  }
}

ConstraintProgram Generator::constraint() {
  const Shape shape = random_shape(structure_);
  const int64_t rank = static_cast<int64_t>(shape.size());
  auto constraint = rank > 0 && shape.back() > 0 && structure_.chance(0.2)
                        ? constant<ConstraintPtr>("constraints::simplex", constraints::simplex)
                        : bounded(shape);
  const int64_t free_dims = rank - constraint()->event_dim();
  if (structure_.chance(0.3)) {
    const int64_t ndims = structure_.below(free_dims + 1);
    constraint = call<ConstraintPtr>(
        "constraints::independent(", ", " + std::to_string(ndims) + ")",
        [ndims](ConstraintPtr c) -> ConstraintPtr {
          return constraints::independent(std::move(c), ndims);
        },
        constraint);
  }
  return {constraint, shape};
}

}  // namespace torch::distributions::random_calls
