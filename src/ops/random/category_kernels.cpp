#define TORCH_DISTRIBUTIONS_REPRODUCIBLE

#include "ops/random/category_kernels.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "ops/engine/elementary.h"

namespace torch::distributions::ops::random {
namespace {

using engine::Lanes;
using engine::Mask;

/// Adds in 16 sums, in the same order whatever the width of a register is.
constexpr std::int64_t kSums = 16;

template <class T>
double sum(const void* const given, std::int64_t categories, bool are_logits, double* running) {
  const auto* const from = static_cast<const T*>(given);
  T weights[kCategoriesOfBlock + kSums];
  Mask<T> are_weights = Lanes<T>(0.0) == 0.0;  // true
  const auto weigh = [&](const Lanes<T>& x, T* to) __attribute__((always_inline)) {
    const Lanes<T> weight = are_logits ? exp(x) : x;
    are_weights = are_weights && weight >= 0.0 && weight < kInfinity;
    weight.store(to);
  };
  std::int64_t i = 0;
  for (; i + Lanes<T>::kCount <= categories; i += Lanes<T>::kCount)
    weigh(Lanes<T>::load(from + i), weights + i);
  if (i < categories) weigh(Lanes<T>::load_part(from + i, categories - i), weights + i);
  if (!are_weights.all()) return kNaN;
  std::fill_n(weights + categories, kSums, T(0));

  std::array<double, kSums> sums{};
  for (i = 0; i < categories; i += kSums) {
    for (std::int64_t j = 0; j < kSums; ++j)
      sums[static_cast<std::size_t>(j)] += static_cast<double>(weights[i + j]);
  }
  if (running != nullptr) {
    double total = 0;
    for (i = 0; i < categories; ++i) running[i] = total += static_cast<double>(weights[i]);
  }
  for (std::size_t width = kSums / 2; width > 0; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) sums[j] += sums[j + width];
  }
  return sums[0];
}

void find(const double* targets, std::int64_t count, const double* running, std::int64_t categories,
          std::int64_t last, std::int64_t* to) {
  using Register = Lanes<double>;
  using Wide = engine::BitLanes<double>;
  constexpr std::int64_t kFew = 32;  // for which counting is faster than a search
  std::int64_t i = 0;
  if (categories <= kFew) {
    for (; i + Register::kCount <= count; i += Register::kCount) {
      const Register target = Register::load(targets + i);
      Wide number{};
      for (std::int64_t k = 0; k < last; ++k)
        number += (target >= running[k]).lanes() ? Wide{} + 1 : Wide{};
      std::memcpy(to + i, &number, sizeof number);
    }
  }
  for (; i < count; ++i) {
    const auto* const above = std::upper_bound(running, running + last, targets[i]);
    to[i] = above - running;
  }
}

}  // namespace

template <>
const CategoryKernels& category_kernels_of<engine::isa::CPU_CAPABILITY>() {
  static constexpr CategoryKernels made{.sum = {&sum<float>, &sum<double>}, .find = &find};
  return made;
}

}  // namespace torch::distributions::ops::random
