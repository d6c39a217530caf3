#include <ATen/ATen.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "random_calls/generator.h"

/// Parameters of random programs.
namespace torch::distributions::random_calls {
namespace {

constexpr at::ScalarType kDtypes[] = {at::kDouble, at::kDouble,  at::kDouble, at::kDouble,
                                      at::kFloat,  at::kFloat,   at::kFloat,  at::kFloat,
                                      at::kHalf,   at::kBFloat16};
constexpr Temper kTempers[] = {Temper::kOrdinary, Temper::kOrdinary,  Temper::kExtreme,
                               Temper::kExtreme,  Temper::kLimitless, Temper::kBroken};

}  // namespace

Generator::Generator(uint64_t structure_seed, uint64_t number_seed)
    : structure_(structure_seed),
      numbers_(number_seed ^ 0x5DEECE66D),
      temper_(structure_.pick(kTempers)),
      dtype_(structure_.pick(kDtypes)),
      mixes_dtypes_(structure_.chance(0.08)) {}

at::ScalarType Generator::leaf_dtype() { return mixes_dtypes_ ? structure_.pick(kDtypes) : dtype_; }

Expression<Param> Generator::parameter(const Domain& domain, const Shape& shape,
                                       int64_t event_dim) {
  const at::ScalarType dtype = leaf_dtype();
  const auto draw = [&](Temper temper, at::ScalarType in) {
    const double x = number(numbers_, domain, temper, in);
    if (!std::isfinite(x) || !domain.contains(x)) valid_ = false;
    if (!domain.accepts(x)) must_refuse_ = true;
    return x;
  };
  if (shape.empty() && !mixes_dtypes_ && structure_.chance(0.3)) {
    // A number takes the dtype of the tensors that it is used with, or float if there is none.
    const double x = draw(temper_, dtype == at::kDouble ? at::kFloat : dtype);
    return constant(text_of(x), Param(x));
  }
  const bool integral = structure_.chance(0.04) && domain.contains(1) && !domain.contains(0.5);
  const at::ScalarType stored = integral ? at::kLong : dtype;
  const Temper temper = integral ? Temper::kOrdinary : temper_;
  return leaf(literal(structure_, shape, event_dim, stored, [&] { return draw(temper, dtype); }));
}

Expression<Param> Generator::free_parameter(const Domain& domain, const Shape& shape) {
  const bool refused = must_refuse_;
  auto made = parameter(domain, shape);
  must_refuse_ = refused;
  return made;
}

Expression<Param> Generator::given(const Tensor& numbers) {
  return leaf(literal(structure_, numbers));
}

Expression<ProbsOrLogits> Generator::weights(const Shape& batch, int64_t categories) {
  const bool as_probs = structure_.chance(0.5);
  const double impossible = as_probs ? 0 : -std::numeric_limits<double>::infinity();
  const at::ScalarType dtype = leaf_dtype();
  int64_t position = 0;
  bool any_possible = false;
  const auto draw = [&] {
    if (position++ % categories == 0) any_possible = false;
    const bool last = position % categories == 0;
    double x = number(numbers_, as_probs ? kWeight : kReal, temper_, dtype);
    if (temper_ != Temper::kOrdinary && numbers_.chance(0.15)) x = impossible;
    if (temper_ != Temper::kBroken && last && !any_possible && x == impossible) x = 1;
    any_possible = any_possible || x != impossible;
    if (as_probs ? !(x >= 0 && std::isfinite(x)) : !(x < INFINITY)) valid_ = false;
    if (last && !any_possible) valid_ = false;
    if (as_probs ? !(x >= 0 && std::isfinite(x)) || (last && !any_possible) : std::isnan(x)) {
      must_refuse_ = true;
    }
    return x;
  };
  const Expression<Param> given =
      leaf(literal(structure_, joined(batch, {categories}), 1, dtype, draw));
  if (as_probs) {
    return call<ProbsOrLogits>(
        "{.probs = ", "}", [](Param p) { return ProbsOrLogits{.probs = p}; }, given);
  }
  return call<ProbsOrLogits>(
      "{.logits = ", "}", [](Param l) { return ProbsOrLogits{.logits = l}; }, given);
}

Expression<Param> Generator::temperature(const Shape& batch) {
  return batch.empty() ? parameter(kPositive, batch) : parameter(kPositive, joined(batch, {1}), 1);
}

std::pair<Expression<Param>, Expression<Param>> Generator::bounds(const Shape& shape) {
  const at::ScalarType dtype = dtype_;
  const bool known_order = temper_ != Temper::kBroken;
  const auto n = static_cast<std::size_t>(c10::multiply_integers(shape));
  std::vector<double> low(n), high(n);
  for (std::size_t i = 0; i < n; ++i) {
    do {
      low[i] = number(numbers_, kReal, temper_, dtype);
      const double other = number(numbers_, kReal, temper_, dtype);
      high[i] = numbers_.chance(0.5) ? other : low[i] + std::abs(other);
      high[i] = rounded(high[i], dtype);
    } while (known_order && !(low[i] < high[i] && std::isfinite(high[i])));
    if (!(low[i] < high[i]) || !std::isfinite(low[i]) || !std::isfinite(high[i])) valid_ = false;
  }
  if (shape.empty() && structure_.chance(0.3) && dtype != at::kDouble) {
    return {constant(text_of(low[0]), Param(low[0])), constant(text_of(high[0]), Param(high[0]))};
  }
  const auto tensor = [&](const std::vector<double>& numbers) {
    return given(at::tensor(numbers, at::kDouble).view(shape).to(dtype));
  };
  auto lower = tensor(low);
  return {std::move(lower), tensor(high)};
}

Expression<Covariance> Generator::covariance(const Shape& batch, int64_t n) {
  const at::ScalarType dtype = leaf_dtype();
  // A factor. If the numbers are extreme, its rows have different scales.
  const int reach = temper_ == Temper::kOrdinary ? 0
                    : dtype == at::kDouble       ? 150
                    : dtype == at::kHalf         ? 2
                                                 : 15;
  const Shape shape = joined(batch, {n, n});
  Tensor factor = at::zeros(shape, at::kDouble);
  auto* element = factor.mutable_data_ptr<double>();
  for (int64_t matrices = factor.numel() / (n * n); matrices > 0; --matrices) {
    for (int64_t row = 0; row < n; ++row) {
      const double scale = std::exp2(std::floor(numbers_.between(-reach, reach + 1)));
      for (int64_t column = 0; column < n; ++column, ++element) {
        if (column < row) *element = scale * numbers_.between(-0.3, 0.3);
        if (column == row) *element = scale * numbers_.between(0.5, 1.5);
        if (temper_ == Temper::kBroken && numbers_.chance(0.1)) {
          *element = any_number(numbers_, dtype);
          valid_ = false;
        }
      }
    }
  }
  const Tensor product = at::matmul(factor, factor.mT());
  const Tensor symmetric = ((product + product.mT()) / 2).to(dtype);
  switch (structure_.below(3)) {
    case 0:
      return call<Covariance>(
          "{.scale_tril = ", "}", [](Param m) { return Covariance{.scale_tril = std::move(m)}; },
          given(factor.to(dtype)));
    case 1:
      return call<Covariance>(
          "{.covariance_matrix = ", "}",
          [](Param m) { return Covariance{.covariance_matrix = std::move(m)}; }, given(symmetric));
    default:
      return call<Covariance>(
          "{.precision_matrix = ", "}",
          [](Param m) { return Covariance{.precision_matrix = std::move(m)}; }, given(symmetric));
  }
}

}  // namespace torch::distributions::random_calls
