#pragma once

// The size of a register in bytes. Not defined where a register holds one number.
#if defined(CPU_CAPABILITY_AVX512)
#include <ATen/cpu/vec/vec.h>
#define TORCH_DISTRIBUTIONS_REGISTER_BYTES 64
#elif defined(CPU_CAPABILITY_AVX2)
#include <ATen/cpu/vec/vec.h>
#define TORCH_DISTRIBUTIONS_REGISTER_BYTES 32
#elif defined(__aarch64__) && !defined(__CUDACC__)
#include <arm_neon.h>
#define TORCH_DISTRIBUTIONS_NEON  // every aarch64 processor has NEON
#define TORCH_DISTRIBUTIONS_REGISTER_BYTES 16
#endif

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "ops/special/scalar.h"

/// SIMD numbers: the lanes of a register, as a scalar type of special functions and formulas.
/// Without SIMD (in CUDA, and on x86 without AVX), a register holds one number.
///
/// A source that defines TORCH_DISTRIBUTIONS_REPRODUCIBLE gets the same bits from every instruction
/// set: `multiply_add` rounds twice everywhere, and functions of libraries do not exist.
///
/// Only files that are compiled once for each instruction set may include this header. It is all in
/// an unnamed namespace, so that instantiations with these types are local to their object file.
/// Otherwise the linker could keep one instruction set's copy for the whole program.
namespace torch::distributions::ops::engine {
namespace {

#if defined(TORCH_DISTRIBUTIONS_REPRODUCIBLE)
inline constexpr bool kIsReproducible = true;
#else
inline constexpr bool kIsReproducible = false;
#endif

#if defined(TORCH_DISTRIBUTIONS_REGISTER_BYTES)
inline constexpr bool kIsVector = true;
template <class T>
struct RegisterOf {
  // Comparisons give vectors of integers, 0 or -1, which `?:`, `&` and `|` accept.
  using Type [[gnu::vector_size(TORCH_DISTRIBUTIONS_REGISTER_BYTES)]] = T;
};
#else
inline constexpr bool kIsVector = false;
template <class T>
struct RegisterOf {
  using Type = T;
};
#endif

/// A condition for each lane.
template <class T>
class Mask {
 public:
  using Register = decltype(typename RegisterOf<T>::Type{} < typename RegisterOf<T>::Type{});

  constexpr explicit Mask(Register lanes) : lanes_(lanes) {}
  constexpr const Register& lanes() const { return lanes_; }

  constexpr bool all() const { return bits() == kAll; }
  constexpr bool none() const { return bits() == 0; }

  friend constexpr Mask operator&(const Mask& a, const Mask& b) {
    return Mask(a.lanes_ & b.lanes_);
  }
  friend constexpr Mask operator|(const Mask& a, const Mask& b) {
    return Mask(a.lanes_ | b.lanes_);
  }
  friend constexpr Mask operator&&(const Mask& a, const Mask& b) { return a & b; }
  friend constexpr Mask operator||(const Mask& a, const Mask& b) { return a | b; }
  friend constexpr Mask operator!(const Mask& a) {
    if constexpr (kIsVector) {
      return Mask(~a.lanes_);
    } else {
      return Mask(!a.lanes_);
    }
  }

 private:
#if defined(TORCH_DISTRIBUTIONS_NEON)
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};

  /// The lanes, each narrowed to half of its bits.
  constexpr std::uint64_t bits() const {
    using Half = std::conditional_t<sizeof(T) == 8, std::int32_t, std::int16_t>;
    using Halves [[gnu::vector_size(sizeof(std::uint64_t))]] = Half;
    return std::bit_cast<std::uint64_t>(__builtin_convertvector(lanes_, Halves));
  }
#else
  static constexpr unsigned kAll = kIsVector ? (1u << (sizeof(Register) / sizeof(T))) - 1 : 1u;

  /// One bit for each lane.
  constexpr unsigned bits() const {
#if defined(CPU_CAPABILITY_AVX512)
    if constexpr (sizeof(T) == 8) {
      return _mm512_movepi64_mask(reinterpret_cast<__m512i>(lanes_));
    } else {
      return _mm512_movepi32_mask(reinterpret_cast<__m512i>(lanes_));
    }
#elif defined(CPU_CAPABILITY_AVX2)
    if constexpr (sizeof(T) == 8) {
      return static_cast<unsigned>(_mm256_movemask_pd(reinterpret_cast<__m256d>(lanes_)));
    } else {
      return static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(lanes_)));
    }
#else
    return lanes_;
#endif
  }
#endif

  Register lanes_;
};

template <class T>
class Lanes {
 public:
  using Register = typename RegisterOf<T>::Type;
  static constexpr int64_t kCount = sizeof(Register) / sizeof(T);
  /// A register of `kCount` numbers of another type.
#if defined(TORCH_DISTRIBUTIONS_REGISTER_BYTES)
  template <class Memory>
  using NarrowRegister [[gnu::vector_size(kCount * sizeof(Memory))]] = Memory;
#else
  template <class Memory>
  using NarrowRegister = Memory;
#endif

  Lanes() = default;
  constexpr explicit Lanes(const Register& lanes)
    requires kIsVector
      : lanes_(lanes) {}
  /// The same number in each lane. Subtracting 0 keeps -0.0, which adding 0 would turn into 0.0.
  constexpr explicit Lanes(double number) : lanes_(static_cast<T>(number) - Register{}) {}

  /// Loads numbers of type T or of a narrower type.
  template <class Memory>
  static constexpr Lanes load(const Memory* from) {
    Lanes result;
    if constexpr (std::is_same_v<Memory, T>) {
      std::memcpy(&result.lanes_, from, sizeof(Register));
    } else if constexpr (kIsVector) {
      NarrowRegister<Memory> narrow;
      std::memcpy(&narrow, from, sizeof narrow);
      result.lanes_ = __builtin_convertvector(narrow, Register);
    } else {
      result.lanes_ = static_cast<T>(*from);
    }
    return result;
  }
  /// Loads the first `count` lanes. The others repeat the last of these.
  template <class Memory>
  [[gnu::noinline, gnu::cold]] static Lanes load_part(const Memory* from, int64_t count) {
    Memory numbers[kCount];
    for (int64_t i = 0; i < kCount; ++i) numbers[i] = from[i < count ? i : count - 1];
    return load(numbers);
  }
  template <class Memory>
  constexpr void store(Memory* to) const {
    if constexpr (std::is_same_v<Memory, T>) {
      std::memcpy(to, &lanes_, sizeof(Register));
    } else if constexpr (kIsVector) {
      const auto narrow = __builtin_convertvector(lanes_, NarrowRegister<Memory>);
      std::memcpy(to, &narrow, sizeof narrow);
    } else {
      *to = static_cast<Memory>(lanes_);
    }
  }
  /// The sum of the first `count` lanes.
  constexpr T sum(int64_t count) const {
    T numbers[kCount];
    store(numbers);
    T total = 0;
    for (int64_t i = 0; i < count; ++i) total += numbers[i];
    return total;
  }

  constexpr const Register& lanes() const { return lanes_; }

  friend constexpr Lanes operator-(const Lanes& a) { return of(-a.lanes_); }
  friend constexpr Lanes operator+(const Lanes& a, const Lanes& b) {
    return of(a.lanes_ + b.lanes_);
  }
  friend constexpr Lanes operator-(const Lanes& a, const Lanes& b) {
    return of(a.lanes_ - b.lanes_);
  }
  friend constexpr Lanes operator*(const Lanes& a, const Lanes& b) {
    return of(a.lanes_ * b.lanes_);
  }
  friend constexpr Lanes operator/(const Lanes& a, const Lanes& b) {
    return of(a.lanes_ / b.lanes_);
  }
  friend constexpr Lanes operator+(const Lanes& a, double b) { return of(a.lanes_ + T(b)); }
  friend constexpr Lanes operator-(const Lanes& a, double b) { return of(a.lanes_ - T(b)); }
  friend constexpr Lanes operator*(const Lanes& a, double b) { return of(a.lanes_ * T(b)); }
  friend constexpr Lanes operator/(const Lanes& a, double b) { return of(a.lanes_ / T(b)); }
  friend constexpr Lanes operator+(double a, const Lanes& b) { return of(T(a) + b.lanes_); }
  friend constexpr Lanes operator-(double a, const Lanes& b) { return of(T(a) - b.lanes_); }
  friend constexpr Lanes operator*(double a, const Lanes& b) { return of(T(a) * b.lanes_); }
  friend constexpr Lanes operator/(double a, const Lanes& b) { return of(T(a) / b.lanes_); }

  friend constexpr Mask<T> operator<(const Lanes& a, const Lanes& b) {
    return Mask<T>(a.lanes_ < b.lanes_);
  }
  friend constexpr Mask<T> operator<=(const Lanes& a, const Lanes& b) {
    return Mask<T>(a.lanes_ <= b.lanes_);
  }
  friend constexpr Mask<T> operator>(const Lanes& a, const Lanes& b) {
    return Mask<T>(a.lanes_ > b.lanes_);
  }
  friend constexpr Mask<T> operator>=(const Lanes& a, const Lanes& b) {
    return Mask<T>(a.lanes_ >= b.lanes_);
  }
  friend constexpr Mask<T> operator==(const Lanes& a, const Lanes& b) {
    return Mask<T>(a.lanes_ == b.lanes_);
  }
  friend constexpr Mask<T> operator!=(const Lanes& a, const Lanes& b) {
    return Mask<T>(a.lanes_ != b.lanes_);
  }
  friend constexpr Mask<T> operator<(const Lanes& a, double b) { return Mask<T>(a.lanes_ < T(b)); }
  friend constexpr Mask<T> operator<=(const Lanes& a, double b) {
    return Mask<T>(a.lanes_ <= T(b));
  }
  friend constexpr Mask<T> operator>(const Lanes& a, double b) { return Mask<T>(a.lanes_ > T(b)); }
  friend constexpr Mask<T> operator>=(const Lanes& a, double b) {
    return Mask<T>(a.lanes_ >= T(b));
  }
  friend constexpr Mask<T> operator==(const Lanes& a, double b) {
    return Mask<T>(a.lanes_ == T(b));
  }
  friend constexpr Mask<T> operator!=(const Lanes& a, double b) {
    return Mask<T>(a.lanes_ != T(b));
  }

 private:
  static constexpr Lanes of(const Register& lanes) {
    Lanes result;
    result.lanes_ = lanes;
    return result;
  }

  Register lanes_;
};

/// Stores the first `count` lanes.
template <class T, class Memory>
[[gnu::noinline, gnu::cold]] void store_part(Lanes<T> x, Memory* to, int64_t count) {
  Memory numbers[Lanes<T>::kCount];
  x.store(numbers);
  for (int64_t i = 0; i < count; ++i) to[i] = numbers[i];
}

/// `any`: whether the condition holds in some lane. `all`: whether it holds in every lane.
template <class T>
constexpr bool any(const Mask<T>& condition) {
  return !condition.none();
}
template <class T>
constexpr bool all(const Mask<T>& condition) {
  return condition.all();
}

template <class T>
constexpr Mask<T> isnan(const Lanes<T>& x) {
  return x != x;
}

/// The constant `c` as a scalar of x's type.
template <class T>
constexpr Lanes<T> like(const Lanes<T>&, double c) {
  return Lanes<T>(c);
}

/// `a` where the condition holds, else `b`.
template <class T>
constexpr Lanes<T> select(const Mask<T>& condition, const Lanes<T>& a, const Lanes<T>& b) {
  return Lanes<T>(condition.lanes() ? a.lanes() : b.lanes());
}
template <class T>
constexpr Lanes<T> select(const Mask<T>& condition, const Lanes<T>& a, double b) {
  return select(condition, a, Lanes<T>(b));
}
template <class T>
constexpr Lanes<T> select(const Mask<T>& condition, double a, const Lanes<T>& b) {
  return select(condition, Lanes<T>(a), b);
}

/// yes() where the condition holds, else no(). Only one of them is called if all lanes agree.
template <class T, class Yes, class No>
constexpr Lanes<T> branch(const Mask<T>& condition, const Yes& yes, const No& no) {
  if constexpr (kIsVector) {
    // Each function is called in one place, because both are inlined, and branches are nested.
    Lanes<T> of_yes(0.0);
    const bool none = condition.none();
    if (!none) {
      of_yes = yes();
      if (condition.all()) return of_yes;
    }
    const Lanes<T> of_no = no();
    return none ? of_no : select(condition, of_yes, of_no);
  } else {
    return condition.lanes() ? yes() : no();
  }
}

template <class T>
constexpr Lanes<T> min(const Lanes<T>& a, const Lanes<T>& b) {  // NaN if either is
  return select(a < b || isnan(a), a, b);
}
template <class T>
constexpr Lanes<T> min(const Lanes<T>& a, double b) {
  return min(a, Lanes<T>(b));
}
template <class T>
constexpr Lanes<T> max(const Lanes<T>& a, const Lanes<T>& b) {
  return select(a > b || isnan(a), a, b);
}
template <class T>
constexpr Lanes<T> max(const Lanes<T>& a, double b) {
  return max(a, Lanes<T>(b));
}

template <class T>
constexpr Lanes<T> square(const Lanes<T>& x) {
  return x * x;
}

#if defined(CPU_CAPABILITY_AVX512)
inline __m512 to_register(const at::vec::Vectorized<float>& lanes) { return lanes; }
inline __m512d to_register(const at::vec::Vectorized<double>& lanes) { return lanes; }
#elif defined(CPU_CAPABILITY_AVX2)
inline __m256 to_register(const at::vec::Vectorized<float>& lanes) { return lanes; }
inline __m256d to_register(const at::vec::Vectorized<double>& lanes) { return lanes; }
#endif

/// Defines `name` for each lane: with AVX by LibTorch's SIMD library, else by the C++ library.
#if defined(CPU_CAPABILITY_AVX512) || defined(CPU_CAPABILITY_AVX2)
#define TORCH_DISTRIBUTIONS_LANES(name)                                     \
  template <class T>                                                        \
  constexpr Lanes<T> name(const Lanes<T>& x) {                              \
    return Lanes<T>(to_register(at::vec::Vectorized<T>(x.lanes()).name())); \
  }
#else
#define TORCH_DISTRIBUTIONS_LANES(name)                                                \
  template <class T>                                                                   \
  constexpr Lanes<T> name(const Lanes<T>& x) {                                         \
    if constexpr (kIsVector) {                                                         \
      typename Lanes<T>::Register result = x.lanes();                                  \
      for (int64_t i = 0; i < Lanes<T>::kCount; ++i) result[i] = std::name(result[i]); \
      return Lanes<T>(result);                                                         \
    } else {                                                                           \
      return Lanes<T>(std::name(x.lanes()));                                           \
    }                                                                                  \
  }
#endif
#if !defined(TORCH_DISTRIBUTIONS_REPRODUCIBLE)
TORCH_DISTRIBUTIONS_LANES(erfc)
TORCH_DISTRIBUTIONS_LANES(sin)
TORCH_DISTRIBUTIONS_LANES(tan)
#endif
#if defined(TORCH_DISTRIBUTIONS_NEON)
#define TORCH_DISTRIBUTIONS_INSTRUCTION(name, instruction) \
  template <class T>                                       \
  constexpr Lanes<T> name(const Lanes<T>& x) {             \
    if constexpr (sizeof(T) == 8) {                        \
      return Lanes<T>(instruction##_f64(x.lanes()));       \
    } else {                                               \
      return Lanes<T>(instruction##_f32(x.lanes()));       \
    }                                                      \
  }
TORCH_DISTRIBUTIONS_INSTRUCTION(abs, vabsq)
TORCH_DISTRIBUTIONS_INSTRUCTION(floor, vrndmq)
TORCH_DISTRIBUTIONS_INSTRUCTION(sqrt, vsqrtq)
#undef TORCH_DISTRIBUTIONS_INSTRUCTION
#else
TORCH_DISTRIBUTIONS_LANES(abs)
TORCH_DISTRIBUTIONS_LANES(floor)
TORCH_DISTRIBUTIONS_LANES(sqrt)
#endif
#undef TORCH_DISTRIBUTIONS_LANES

/// a * b + c, with one rounding if registers are vectors.
template <class T>
constexpr Lanes<T> fused_multiply_add(const Lanes<T>& a, const Lanes<T>& b, const Lanes<T>& c) {
#if defined(CPU_CAPABILITY_AVX512)
  if constexpr (sizeof(T) == 8) {
    return Lanes<T>(_mm512_fmadd_pd(a.lanes(), b.lanes(), c.lanes()));
  } else {
    return Lanes<T>(_mm512_fmadd_ps(a.lanes(), b.lanes(), c.lanes()));
  }
#elif defined(CPU_CAPABILITY_AVX2)
  if constexpr (sizeof(T) == 8) {
    return Lanes<T>(_mm256_fmadd_pd(a.lanes(), b.lanes(), c.lanes()));
  } else {
    return Lanes<T>(_mm256_fmadd_ps(a.lanes(), b.lanes(), c.lanes()));
  }
#elif defined(TORCH_DISTRIBUTIONS_NEON)
  if constexpr (sizeof(T) == 8) {
    return Lanes<T>(vfmaq_f64(c.lanes(), a.lanes(), b.lanes()));
  } else {
    return Lanes<T>(vfmaq_f32(c.lanes(), a.lanes(), b.lanes()));
  }
#else
  return a * b + c;  // std::fma may be slow here
#endif
}
/// a * b + c, rounded as `fused_multiply_add` does, or twice if the source is reproducible.
template <class T>
constexpr Lanes<T> multiply_add(const Lanes<T>& a, const Lanes<T>& b, const Lanes<T>& c) {
  if constexpr (kIsReproducible) {
    return a * b + c;
  } else {
    return fused_multiply_add(a, b, c);
  }
}
template <class T>
constexpr Lanes<T> multiply_add(const Lanes<T>& a, const Lanes<T>& b, double c) {
  return multiply_add(a, b, Lanes<T>(c));
}
template <class T>
constexpr Lanes<T> multiply_add(const Lanes<T>& a, double b, double c) {
  return multiply_add(a, Lanes<T>(b), Lanes<T>(c));
}

/// a * b as an exact sum of two numbers, unless it underflows. If it overflows, the second is 0.
template <class T>
constexpr special::Pair<Lanes<T>> two_product(const Lanes<T>& a, const Lanes<T>& b) {
  const Lanes<T> product = a * b;
  Lanes<T> rest;
  if constexpr (kIsVector) {
    rest = fused_multiply_add(a, b, -product);
  } else {
    rest = Lanes<T>(double{std::fma(a.lanes(), b.lanes(), -product.lanes())});
  }
  return {product, select(abs(product) == kInfinity, 0.0, rest)};
}

}  // namespace
}  // namespace torch::distributions::ops::engine

namespace torch::distributions::ops::special {

template <class T>
struct Face<engine::Lanes<T>> {
  template <class F, class... Scalars>
  [[gnu::always_inline]] static constexpr engine::Lanes<T> call(const Scalars&... x) {
    return F::value(as_lanes(x)...);
  }

 private:
  [[gnu::always_inline]] static constexpr const engine::Lanes<T>& as_lanes(
      const engine::Lanes<T>& x) {
    return x;
  }
  [[gnu::always_inline]] static constexpr engine::Lanes<T> as_lanes(double c) {
    return engine::Lanes<T>(c);
  }
};

}  // namespace torch::distributions::ops::special
