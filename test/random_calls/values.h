#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace torch::distributions::random_calls {

using at::Tensor;
using Shape = std::vector<int64_t>;

/// Random choices that are reproducible on every machine, unlike the distributions of <random>.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15 + 1) {}

  /// A number of 0, ..., n - 1.
  int64_t below(int64_t n) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(n)); }
  bool chance(double probability) { return unit() < probability; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  const auto& pick(const auto& list) {
    return *(std::begin(list) + below(static_cast<int64_t>(std::size(list))));
  }

 private:
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  std::mt19937_64 engine_;
};

/// How extreme the numbers of a program are.
enum class Temper {
  kOrdinary,   ///< near 1 in size, so that difference quotients are accurate
  kExtreme,    ///< any number of the domain whose square and its reciprocal are normal numbers
  kLimitless,  ///< any finite number of the domain; results may overflow to NaN
  kBroken,     ///< any number: infinite, NaN, or outside the domain
};

/// The domain of a parameter, written from the textbook and not from the library's constraints.
struct Domain {
  double (*ordinary)(Random&);
  bool (*contains)(double);
  bool (*accepts)(double) = contains;  // what the constructor accepts, if that is more
};

extern const Domain kReal, kPositive, kAboveOne, kAboveTwo, kNonnegative, kProbability,
    kPositiveProbability, kProperProbability, kWeight, kCount, kExactCount;

/// A number of a domain, rounded to a dtype. With Temper::kBroken it may be outside the domain.
double number(Random& random, const Domain& domain, Temper temper, at::ScalarType dtype);

/// Whether x is 0 or infinite, or x^2 and 1 / x^2 are normal numbers of the dtype.
bool has_normal_squares(double x, at::ScalarType dtype);

/// The largest number of a dtype.
double largest_of(at::ScalarType dtype);

/// A number rounded to a dtype.
double rounded(double number, at::ScalarType dtype);

/// Any number of a dtype, infinities and NaN included.
double any_number(Random& random, at::ScalarType dtype);

/// A number as C++ code.
std::string text_of(double number);
std::string text_of(const Shape& shape);

/// A tensor and the C++ code for it, such as `D({1.0, 2.0}).view({2, 1})`: see `kLegend`.
struct Literal {
  Tensor tensor;
  std::string text;
};

inline constexpr const char* kLegend =
    "D, F, H, B, L: torch::tensor(...) of double, float, half, bfloat16, int64; "
    "strided(x): torch::stack({x, x}, -1).select(-1, 1)";

/// The tensor with these numbers in one of several layouts: contiguous, transposed, strided, lazily
/// negated, at an offset.
Literal literal(Random& random, const Tensor& numbers);

/// A tensor of this shape in which some dimensions (but none of the last `fixed`) may be expanded.
/// `number()` returns the elements that are stored, one a call.
template <class Number>
Literal literal(Random& random, const Shape& shape, int64_t fixed, at::ScalarType dtype,
                Number&& number) {
  Shape stored = shape;
  bool expands = false;
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()) - fixed; ++d) {
    if (shape[d] > 1 && random.chance(0.1)) {
      stored[d] = 1;
      expands = true;
    }
  }
  std::vector<double> numbers(static_cast<std::size_t>(c10::multiply_integers(stored)));
  for (double& x : numbers) x = number();
  Literal made = literal(random, at::tensor(numbers, at::kDouble).view(stored).to(dtype));
  if (!expands) return made;
  return {made.tensor.expand(shape), made.text + ".expand(" + text_of(shape) + ")"};
}

/// A batch shape. It usually has few dimensions and few elements, but may be empty or large enough
/// for several tiles of the engine.
Shape random_shape(Random& random);

/// `count` shapes that broadcast to `whole`.
std::vector<Shape> shapes_that_join(Random& random, const Shape& whole, std::size_t count);

/// `a` followed by `b`.
Shape joined(Shape a, const Shape& b);

}  // namespace torch::distributions::random_calls
