// Compiled once for each instruction set, like the kernels.

#define TORCH_DISTRIBUTIONS_REPRODUCIBLE

#include "ops/random/functions.h"

#include <algorithm>

#include "ops/engine/kernel.h"
#include "ops/random/uniforms.h"

namespace torch::distributions::ops::random::test {
namespace {

template <class T, Lanes<T> (*function)(const BitLanes<T>&)>
void run(const BitsOf<T>* from, T* to, std::int64_t count) {
  constexpr std::int64_t kCount = Lanes<T>::kCount;
  for (std::int64_t i = 0; i < count; i += kCount) {
    BitsOf<T> bits[kCount];
    for (std::int64_t k = 0; k < kCount; ++k) bits[k] = from[std::min(i + k, count - 1)];
    BitLanes<T> lanes;
    std::memcpy(&lanes, bits, sizeof lanes);
    T numbers[kCount];
    function(lanes).store(numbers);
    std::copy(numbers, numbers + std::min(kCount, count - i), to + i);
  }
}

template <class T>
Lanes<T> cosine(const BitLanes<T>& bits) {
  return random_direction<T>(bits).cosine;
}
template <class T>
Lanes<T> sine(const BitLanes<T>& bits) {
  return random_direction<T>(bits).sine;
}
/// With the same bits for the radius and the angle.
template <class T>
Lanes<T> normal(const BitLanes<T>& bits) {
  return standard_normals<T>(bits, bits)[0];
}

template <class T>
std::vector<NumberOfBits<T>> all() {
  return {{"uniform", &run<T, unit_uniform<T>>},
          {"open uniform", &run<T, open_uniform<T>>},
          {"exponential", &run<T, standard_exponential<T>>},
          {"cauchy", &run<T, standard_cauchy<T>>},
          {"laplace", &run<T, standard_laplace<T>>},
          {"gumbel", &run<T, standard_gumbel<T>>},
          {"logistic", &run<T, standard_logistic<T>>},
          {"cosine", &run<T, cosine<T>>},
          {"sine", &run<T, sine<T>>},
          {"normal", &run<T, normal<T>>}};
}

template <class T>
void run_philox(std::uint64_t key, const std::uint32_t (*counters)[4], std::uint32_t (*words)[4],
                std::int64_t count) {
  constexpr std::int64_t kCount = Lanes<T>::kCount;
  for (std::int64_t i = 0; i < count; i += kCount) {
    Block<T> counter;
    for (std::size_t j = 0; j < 4; ++j) {
      std::uint32_t numbers[kCount];
      for (std::int64_t k = 0; k < kCount; ++k)
        numbers[k] = counters[std::min(i + k, count - 1)][j];
      counter[j] = Words<T>::load(numbers);
    }
    const Block<T> block = philox<T>(key, counter);
    for (std::size_t j = 0; j < 4; ++j) {
      const BitLanes<T> lanes = block[j].bits();
      BitsOf<T> bits[kCount];
      std::memcpy(bits, &lanes, sizeof lanes);
      for (std::int64_t k = 0; k < kCount && i + k < count; ++k)
        words[i + k][j] = static_cast<std::uint32_t>(bits[k]);
    }
  }
}

}  // namespace

template <>
std::vector<NumberOfBits<float>> numbers_of_bits<engine::isa::CPU_CAPABILITY, float>() {
  return all<float>();
}
template <>
std::vector<NumberOfBits<double>> numbers_of_bits<engine::isa::CPU_CAPABILITY, double>() {
  return all<double>();
}
template <>
Philox philox_of<engine::isa::CPU_CAPABILITY, float>() {
  return &run_philox<float>;
}
template <>
Philox philox_of<engine::isa::CPU_CAPABILITY, double>() {
  return &run_philox<double>;
}

}  // namespace torch::distributions::ops::random::test
