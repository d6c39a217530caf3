#include "random_calls/values.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace torch::distributions::random_calls {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Limits {
  double epsilon, least, smallest, largest;  // least: the smallest subnormal number
};

template <class T>
Limits limits() {
  using L = std::numeric_limits<T>;
  return {static_cast<double>(L::epsilon()), static_cast<double>(L::denorm_min()),
          static_cast<double>(L::min()), static_cast<double>(L::max())};
}

Limits limits_of(at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return limits<double>();
    case at::kHalf:
      return limits<at::Half>();
    case at::kBFloat16:
      return limits<at::BFloat16>();
    default:
      return limits<float>();
  }
}

/// A finite number at which a formula may break.
double hostile(Random& random, at::ScalarType dtype) {
  const auto [epsilon, least, smallest, largest] = limits_of(dtype);
  const double magnitudes[] = {0,
                               0,
                               least,
                               smallest,
                               epsilon,
                               epsilon / 2,
                               0.5,
                               1 - epsilon / 2,
                               1,
                               1,
                               1 + epsilon,
                               2,
                               20,
                               1000,
                               0x1p24,
                               1 / epsilon,
                               std::sqrt(largest),
                               largest / 2,
                               largest,
                               std::exp2(random.between(std::log2(least), std::log2(largest))),
                               std::exp2(random.between(-20, 20)),
                               std::exp2(random.between(-20, 20))};
  const double magnitude = random.pick(magnitudes);
  return random.chance(0.5) ? -magnitude : magnitude;
}

const char* name_of(at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return "D";
    case at::kFloat:
      return "F";
    case at::kHalf:
      return "H";
    case at::kBFloat16:
      return "B";
    default:
      return "L";
  }
}

/// A contiguous tensor as text. A long tensor is cut after its first numbers, since the seed
/// reproduces the others.
std::string plain_text(const Tensor& tensor) {
  constexpr int64_t kMost = 40;
  std::ostringstream out;
  out << name_of(tensor.scalar_type()) << '(';
  if (tensor.dim() == 0) {
    out << text_of(tensor.item<double>()) << ')';
    return out.str();
  }
  out << '{';
  const Tensor flat = tensor.to(at::kDouble).view(-1);
  for (int64_t i = 0; i < std::min(flat.numel(), kMost); ++i) {
    out << (i == 0 ? "" : ", ") << text_of(flat.const_data_ptr<double>()[i]);
  }
  if (flat.numel() > kMost) out << ", ...";
  out << "})";
  if (tensor.dim() > 1 || tensor.numel() == 0)
    out << ".view(" << text_of(tensor.sizes().vec()) << ')';
  return out.str();
}

}  // namespace

bool has_normal_squares(double x, at::ScalarType dtype) {
  if (x == 0 || std::isinf(x)) return true;
  const Limits limits = limits_of(dtype);
  const double size = std::max(std::abs(x), 1 / std::abs(x));
  return size < std::min(std::sqrt(limits.largest), 1 / std::sqrt(limits.smallest));
}

double largest_of(at::ScalarType dtype) { return limits_of(dtype).largest; }

double rounded(double x, at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return x;
    case at::kHalf:
      return static_cast<double>(static_cast<at::Half>(static_cast<float>(x)));
    case at::kBFloat16:
      return static_cast<double>(static_cast<at::BFloat16>(static_cast<float>(x)));
    case at::kLong:
      return std::isfinite(x) && std::abs(x) < 0x1p62 ? std::trunc(x) : 0;
    default:
      return static_cast<double>(static_cast<float>(x));
  }
}

const Domain kReal{[](Random& r) { return r.between(-3, 3); }, [](double x) { return x == x; }};
const Domain kPositive{[](Random& r) { return std::exp(r.between(-1.5, 1.5)); },
                       [](double x) { return x > 0; }};
const Domain kAboveOne{[](Random& r) { return 1 + std::exp(r.between(-1.5, 1.5)); },
                       [](double x) { return x > 1; }};
const Domain kAboveTwo{[](Random& r) { return 2 + std::exp(r.between(-1.5, 1.5)); },
                       [](double x) { return x > 2; }};
const Domain kNonnegative{kPositive.ordinary, [](double x) { return x >= 0; }};
const Domain kProbability{[](Random& r) { return r.between(0.05, 0.95); },
                          [](double x) { return x >= 0 && x <= 1; }};
const Domain kPositiveProbability{kProbability.ordinary, [](double x) { return x > 0 && x <= 1; }};
const Domain kProperProbability{kProbability.ordinary, [](double x) { return x >= 0 && x < 1; }};
const Domain kWeight{[](Random& r) { return r.between(0.1, 2); },
                     [](double x) { return x >= 0 && x < kInfinity; }};
const Domain kCount{[](Random& r) { return static_cast<double>(1 + r.below(8)); },
                    [](double x) { return x >= 0 && x == std::trunc(x); }};
// A double can represent the parts of such a count.
const Domain kExactCount{kCount.ordinary,
                         [](double x) { return x >= 0 && x <= 0x1p53 && x == std::trunc(x); },
                         kCount.contains};

double number(Random& random, const Domain& domain, Temper temper, at::ScalarType dtype) {
  if (temper == Temper::kBroken && random.chance(0.3)) return any_number(random, dtype);
  if (temper == Temper::kOrdinary || random.chance(0.5)) {
    return rounded(domain.ordinary(random), dtype);
  }
  for (;;) {
    const double x = rounded(hostile(random, dtype), dtype);
    if (!std::isfinite(x) || !domain.contains(x)) continue;
    if (temper != Temper::kExtreme || has_normal_squares(x, dtype)) return x;
  }
}

double any_number(Random& random, at::ScalarType dtype) {
  const double exceptional[] = {kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()};
  return random.chance(0.4) ? random.pick(exceptional) : rounded(hostile(random, dtype), dtype);
}

std::string text_of(double number) {
  if (std::isnan(number)) return "NAN";
  if (std::isinf(number)) return number < 0 ? "-INFINITY" : "INFINITY";
  std::string text;
  for (int precision = 1; precision <= 17; ++precision) {  // the fewest digits that are exact
    std::ostringstream out;
    out.precision(precision);
    out << number;
    text = out.str();
    if (std::strtod(text.c_str(), nullptr) == number) break;
  }
  return text.find_first_of(".e") == std::string::npos ? text + "." : text;
}

std::string text_of(const Shape& shape) {
  std::ostringstream out;
  out << '{';
  for (std::size_t d = 0; d < shape.size(); ++d) out << (d == 0 ? "" : ", ") << shape[d];
  out << '}';
  return out.str();
}

Literal literal(Random& random, const Tensor& numbers) {
  const Tensor plain = numbers.contiguous();
  if (plain.dim() > 0 && random.chance(0.1)) {
    const Tensor stored = plain.transpose(0, -1).contiguous();
    return {stored.transpose(0, -1), plain_text(stored) + ".transpose(0, -1)"};
  }
  if (plain.dim() > 0 && random.chance(0.1)) {
    const Tensor stored = at::stack({plain, plain}, -1);
    return {stored.select(-1, 1), "strided(" + plain_text(plain) + ")"};
  }
  if (plain.is_floating_point() && random.chance(0.03)) {
    const Tensor stored = plain.neg();
    return {at::_neg_view(stored), "torch::_neg_view(" + plain_text(stored) + ")"};
  }
  if (plain.dim() > 0 && random.chance(0.1)) {
    const Tensor stored = at::cat({plain.slice(0, 0, 1), plain}, 0);
    return {stored.slice(0, std::min<int64_t>(plain.size(0), 1)),
            plain_text(stored) + ".slice(0, 1)"};
  }
  return {plain, plain_text(plain)};
}

Shape random_shape(Random& random) {
  if (random.chance(0.03)) {
    const Shape long_ones[] = {{1031}, {3, 700}, {130, 17}, {2, 5, 200}};
    return random.pick(long_ones);
  }
  const int64_t sizes[] = {1, 1, 2, 2, 3, 3, 4, 5, 9};
  const std::size_t ranks[] = {0, 0, 1, 1, 1, 2, 2, 3};
  Shape shape(random.pick(ranks));
  for (int64_t& size : shape) size = random.chance(0.03) ? 0 : random.pick(sizes);
  return shape;
}

std::vector<Shape> shapes_that_join(Random& random, const Shape& whole, std::size_t count) {
  std::vector<Shape> shapes(count, whole);
  const int64_t full = random.below(static_cast<int64_t>(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (static_cast<int64_t>(i) == full || random.chance(0.4)) continue;
    for (int64_t& size : shapes[i]) {
      if (random.chance(0.4)) size = 1;
    }
    while (!shapes[i].empty() && random.chance(0.4)) shapes[i].erase(shapes[i].begin());
  }
  return shapes;
}

Shape joined(Shape a, const Shape& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace torch::distributions::random_calls
