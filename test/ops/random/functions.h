#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

namespace torch::distributions::ops::random::test {

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// A function that makes a number of random bits, for one instruction set.
template <class T>
struct NumberOfBits {
  const char* name;
  void (*run)(const BitsOf<T>* from, T* to, std::int64_t count);
};

/// The four words of each counter of four words.
using Philox = void (*)(std::uint64_t key, const std::uint32_t (*counters)[4],
                        std::uint32_t (*words)[4], std::int64_t count);

/// What uniforms.h and words.h have.
template <class Isa, class T>
std::vector<NumberOfBits<T>> numbers_of_bits();
template <class Isa, class T>
Philox philox_of();

}  // namespace torch::distributions::ops::random::test
