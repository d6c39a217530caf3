#define TORCH_DISTRIBUTIONS_REPRODUCIBLE

#include "ops/random/category_kernels.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "ops/engine/elementary.h"
#include "ops/random/inversion.h"

namespace torch::distributions::ops::random {
namespace {

/// Adds in 16 sums, in the same order whatever the width of a register is.
constexpr std::int64_t kSums = 16;

/// Writes weights, which may be given by their logarithms.
/// \return Whether they are finite and not negative.
template <class T>
[[gnu::always_inline]] inline bool weigh(const T* from, std::int64_t count, bool are_logits,
                                         T* to) {
  Mask<T> are_weights = Lanes<T>(0.0) == 0.0;  // true
  const auto weight = [&](const Lanes<T>& x) __attribute__((always_inline)) {
    const Lanes<T> result = are_logits ? exp(x) : x;
    are_weights = are_weights && result >= 0.0 && result < kInfinity;
    return result;
  };
  std::int64_t i = 0;
  for (; i + Lanes<T>::kCount <= count; i += Lanes<T>::kCount)
    weight(Lanes<T>::load(from + i)).store(to + i);
  if (i < count) weight(Lanes<T>::load_part(from + i, count - i)).store(to + i);
  return are_weights.all();
}

template <class T>
double sum(const void* const given, std::int64_t categories, bool are_logits, double* running) {
  T weights[kCategoriesOfBlock + kSums];
  if (!weigh(static_cast<const T*>(given), categories, are_logits, weights)) return kNaN;
  std::fill_n(weights + categories, kSums, T(0));

  std::array<double, kSums> sums{};
  for (std::int64_t i = 0; i < categories; i += kSums) {
    for (std::int64_t j = 0; j < kSums; ++j)
      sums[static_cast<std::size_t>(j)] += static_cast<double>(weights[i + j]);
  }
  if (running != nullptr) {
    double total = 0;
    for (std::int64_t i = 0; i < categories; ++i)
      running[i] = total += static_cast<double>(weights[i]);
  }
  for (std::size_t width = kSums / 2; width > 0; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) sums[j] += sums[j + width];
  }
  return sums[0];
}

template <class T>
bool add_up(const void* const given, std::int64_t rows, std::int64_t categories, bool are_logits,
            double* running) {
  const auto* const from = static_cast<const T*>(given);
  const std::int64_t count = rows * categories;
  for (std::int64_t i = 0; i < count; i += kCategoriesOfBlock) {
    T weights[kCategoriesOfBlock + kSums];
    const std::int64_t n = std::min(kCategoriesOfBlock, count - i);
    if (!weigh(from + i, n, are_logits, weights)) return false;
    for (std::int64_t j = 0; j < n; ++j) running[i + j] = static_cast<double>(weights[j]);
  }
  bool are_valid = true;
  for (const double* const end = running + count; running != end;) {
    double total = 0;
    for (std::int64_t j = 0; j < categories; ++j, ++running) *running = total += *running;
    are_valid &= total > 0 && total < kInfinity;
  }
  return are_valid;
}

/// The probability of the categories up to one of them.
[[gnu::always_inline]] inline double share(double running, double total) {
  return running / total * kSure;
}

void divide(double* running, std::int64_t categories) {
  const double total = running[categories - 1];
  for (std::int64_t i = 0; i < categories; ++i) running[i] = share(running[i], total);
}

void invert(const Draw& draw, std::uint64_t first, std::int64_t count, const double* sums,
            std::int64_t categories, std::int64_t* to) {
  SharedSums shared;
  shared.assign(sums, static_cast<int>(categories), count);
  shared.for_each(draw, first, count, 0, [&](std::int64_t i, int category) { to[i] = category; });
}

template <bool are_divided>
void invert_each(const Draw& draw, std::uint64_t first, std::int64_t rows, const double* running,
                 std::int64_t categories, std::int64_t* to) {
  constexpr std::int64_t kFew = 32;  // for which counting is faster than a search
  Uniforms<CategoryKernels::kRows> uniforms;
  uniforms.fill(draw, first, rows, 0);
  for (std::int64_t row = 0; row < rows; ++row, running += categories) {
    const double high = uniforms.high[static_cast<std::size_t>(row)],
                 low = uniforms.low[static_cast<std::size_t>(row)], total = running[categories - 1];
    const auto lies_before = [&](std::int64_t i) {
      return is_at_most(are_divided ? running[i] : share(running[i], total), high, low);
    };
    std::int64_t category = 0;
    if (categories <= kFew) {
      for (std::int64_t i = 0; i < categories; ++i) category += lies_before(i);
    } else {
      for (std::int64_t end = categories - 1; category < end;) {
        const std::int64_t middle = (category + end) / 2;
        lies_before(middle) ? category = middle + 1 : end = middle;
      }
    }
    to[row] = category;
  }
}

}  // namespace

template <>
const CategoryKernels& category_kernels_of<engine::isa::CPU_CAPABILITY>() {
  static constexpr CategoryKernels made{.sum = {&sum<float>, &sum<double>},
                                        .add_up = {&add_up<float>, &add_up<double>},
                                        .divide = &divide,
                                        .invert = &invert,
                                        .invert_each = {&invert_each<false>, &invert_each<true>}};
  return made;
}

}  // namespace torch::distributions::ops::random
