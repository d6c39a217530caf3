#define TORCH_DISTRIBUTIONS_REPRODUCIBLE

#include "ops/random/kernels.h"

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "ops/random/blocks.h"
#include "ops/random/uniforms.h"

namespace torch::distributions::ops::random {
namespace {

using engine::kIsVector;

// --- Standard distributions ----------------------------------------------------------------------

/// The numbers of a block, each from its own bits.
template <class Of>
struct OneByOne {
  template <class T>
  [[gnu::always_inline]] static std::array<Lanes<T>, kNumbers<T>> of(const Block<T>& block) {
    std::array<Lanes<T>, kNumbers<T>> numbers;
    for (int i = 0; i < kNumbers<T>; ++i) numbers[i] = Of::of_bits(bits_of<T>(block, i), T());
    return numbers;
  }
};

#define TORCH_DISTRIBUTIONS_STANDARD(Name, function)                             \
  struct Name : OneByOne<Name> {                                                 \
    template <class T>                                                           \
    [[gnu::always_inline]] static Lanes<T> of_bits(const BitLanes<T>& bits, T) { \
      return function<T>(bits);                                                  \
    }                                                                            \
  };
TORCH_DISTRIBUTIONS_STANDARD(Uniform, unit_uniform)
TORCH_DISTRIBUTIONS_STANDARD(Exponential, standard_exponential)
TORCH_DISTRIBUTIONS_STANDARD(Cauchy, standard_cauchy)
TORCH_DISTRIBUTIONS_STANDARD(Laplace, standard_laplace)
TORCH_DISTRIBUTIONS_STANDARD(Gumbel, standard_gumbel)
TORCH_DISTRIBUTIONS_STANDARD(Logistic, standard_logistic)
#undef TORCH_DISTRIBUTIONS_STANDARD

struct Normal {
  template <class T>
  [[gnu::always_inline]] static std::array<Lanes<T>, kNumbers<T>> of(const Block<T>& block) {
    std::array<Lanes<T>, kNumbers<T>> numbers;
    for (int i = 0; i < kNumbers<T>; i += 2) {
      const auto pair = standard_normals<T>(bits_of<T>(block, i), bits_of<T>(block, i + 1));
      numbers[i] = pair[0];
      numbers[i + 1] = pair[1];
    }
    return numbers;
  }
};

// --- What becomes of their numbers ---------------------------------------------------------------

/// scale x + location, between the limits.
template <class T>
class Scaled {
 public:
  explicit Scaled(const Fill& fill)
      : location_(fill.location),
        scale_(fill.scale),
        least_(fill.least),
        greatest_(fill.greatest) {}
  [[gnu::always_inline]] Lanes<T> operator()(const Lanes<T>& x) const {
    return limited(x * scale_ + location_);
  }

 protected:
  [[gnu::always_inline]] Lanes<T> limited(const Lanes<T>& x) const {
    const Lanes<T> above = select(x < least_, least_, x);
    return select(above > greatest_, greatest_, above);
  }

 private:
  Lanes<T> location_, scale_, least_, greatest_;
};

/// The exponential of that.
template <class T>
class ExpOfScaled : Scaled<T> {
 public:
  explicit ExpOfScaled(const Fill& fill)
      : Scaled<T>({.draw = {},
                   .first = 0,
                   .count = 0,
                   .to = nullptr,
                   .location = fill.location,
                   .scale = fill.scale}),
        limits_({.draw = {},
                 .first = 0,
                 .count = 0,
                 .to = nullptr,
                 .least = fill.least,
                 .greatest = fill.greatest}) {}
  [[gnu::always_inline]] Lanes<T> operator()(const Lanes<T>& x) const {
    return limits_(exp(Scaled<T>::operator()(x)));
  }

 private:
  Scaled<T> limits_;
};

/// The number of trials until the first success, given a number of Exponential(1).
template <class T>
class TrialsUntil {
 public:
  explicit TrialsUntil(const Fill& fill)
      : rate_(-log1p(Lanes<T>(-fill.scale))), greatest_(fill.greatest) {}
  [[gnu::always_inline]] Lanes<T> operator()(const Lanes<T>& x) const {
    const Lanes<T> trials = floor(x / rate_) + 1.0;
    return select(trials > greatest_, greatest_, trials);
  }

 private:
  Lanes<T> rate_, greatest_;
};

/// Fills an array of `Memory` with numbers that are computed in T.
template <class Standard, template <class> class Map, class T, class Memory = T>
void run(const Fill& fill) {
  const Map<T> map(fill);
  fill_by_blocks<kNumbers<T>, Lanes<T>>(
      fill.first, fill.count, static_cast<Memory*>(fill.to),
      [ map, draw = fill.draw ](std::uint64_t number, std::int64_t) __attribute__((always_inline)) {
        auto numbers = Standard::of(blocks_from<T>(draw, number));
        for (Lanes<T>& x : numbers) x = map(x);
        return numbers;
      });
}

// --- Trials --------------------------------------------------------------------------------------

/// Each element has one word of 32 bits. If this leaves it open whether a number with further bits
/// is below p, as happens once in 2^32 times, the same word of the next attempt decides.
inline constexpr int kWords = 4;

/// p in units of 2^-32: its whole part, and its fraction in the same units. Less than 1.
template <class T>
struct Threshold {
  BitLanes<T> whole, rest;
  Mask<T> is_one;  // whether p is not less than 1
};

/// x in [0, 2^32) as an integer, rounded down.
template <class T>
[[gnu::always_inline]] constexpr BitLanes<T> whole_part(const Lanes<T>& x) {
  if constexpr (sizeof(T) == sizeof(double)) {
    return engine::bits(floor(x) + 0x1p52) & 0xffffffffu;
  } else if constexpr (Words<T>::kCount > 1) {
    return __builtin_convertvector(x.lanes(), BitLanes<T>);
  } else {
    return static_cast<BitLanes<T>>(x.lanes());
  }
}
template <class T>
[[gnu::always_inline]] constexpr Threshold<T> threshold(const Lanes<T>& p) {
  const Lanes<T> scaled = select(p >= 0.0 && p < 1.0, p * 0x1p32, 0.0);
  const BitLanes<T> whole = whole_part(scaled);
  // Exact: a number has few digits after those of its whole part.
  return {whole, whole_part((scaled - unsigned_number<T>(whole)) * 0x1p32), p >= 1.0};
}

/// The first lane for all lanes.
template <class T>
Threshold<T> repeated(double p) {
  const Threshold<double> first = threshold(Lanes<double>(p));
  const auto lane = [](const Wide& lanes) {
    std::uint64_t numbers[Words<double>::kCount];
    std::memcpy(numbers, &lanes, sizeof lanes);
    return BitLanes<T>{} + static_cast<typename engine::Format<T>::Bits>(numbers[0]);
  };
  return {lane(first.whole), lane(first.rest), Lanes<T>(p >= 1 ? 1.0 : 0.0) == 1.0};
}

/// `threshold_at(place)`: those of a register of elements.
template <class T, class Memory, class ThresholdAt>
[[gnu::always_inline]] constexpr void run_trials_by(const Trials& trials,
                                                    const ThresholdAt& threshold_at) {
  fill_by_blocks<kWords, Lanes<T>>(
      trials.first, trials.count, static_cast<Memory*>(trials.to),
      [ threshold_at, draw = trials.draw ](std::uint64_t number,
                                           std::int64_t at) __attribute__((always_inline)) {
        const Block<T> block = blocks_from<T>(draw, number);
        std::array<Lanes<T>, kWords> results;
        Mask<T> is_open = Lanes<T>(0.0) != 0.0;  // false
        for (int i = 0; i < kWords; ++i) {
          const Threshold<T> p = threshold_at(at + i * kStride);
          const BitLanes<T> word = block[i].bits();
          results[i] = select(Mask<T>(word < p.whole) || p.is_one, Lanes<T>(1.0), Lanes<T>(0.0));
          is_open = is_open || Mask<T>(word == p.whole);
        }
        if (!is_open.none()) [[unlikely]] {
          const Block<T> next = blocks_from<T>(draw, number, 1);
          for (int i = 0; i < kWords; ++i) {
            const Threshold<T> p = threshold_at(at + i * kStride);
            const Mask<T> is_success =
                Mask<T>(block[i].bits() == p.whole) && Mask<T>(next[i].bits() < p.rest);
            results[i] = select(is_success, Lanes<T>(1.0), results[i]);
          }
        }
        return results;
      });
}

/// Fills an array of `Memory`. `T` has the digits of the probabilities.
template <class T, class Memory, class Probability>
void run_trials(const Trials& trials) {
  const auto* const p = static_cast<const Probability*>(trials.p);
  if (trials.is_shared) {
    run_trials_by<Memory, Memory>(
        trials, [p = repeated<Memory>(static_cast<double>(*p))](std::int64_t)
                    __attribute__((always_inline)) { return p; });
  } else {
    run_trials_by<T, Memory>(
        trials, [ p, count = trials.count ](std::int64_t place) __attribute__((always_inline)) {
          return threshold(load_within<Lanes<T>>(p, place, count));
        });
  }
}

// --- Integers ------------------------------------------------------------------------------------

/// A register of integers, with the members that `fill_by_blocks` needs.
struct WideLanes {
  static constexpr std::int64_t kCount = Lanes<double>::kCount;
  Wide lanes;
  void store(std::int64_t* to) const { std::memcpy(to, &lanes, sizeof lanes); }
};

void run_integers(const Integers& integers) {
  using T = double;
  fill_by_blocks<kNumbers<T>, WideLanes>(
      integers.first, integers.count, integers.to,
      [ draw = integers.draw, range = integers.range, low = integers.low ](
          std::uint64_t number, std::int64_t) __attribute__((always_inline)) {
        const Block<T> block = blocks_from<T>(draw, number);
        std::array<WideLanes, kNumbers<T>> results;
        for (int i = 0; i < kNumbers<T>; ++i) {
          const Wide bits = bits_of<T>(block, i);
          const Wide x = range == 0 ? bits : upper_product(bits, range);
          results[i].lanes = x + low;
        }
        return results;
      });
}

}  // namespace

template <>
const Kernels& kernels_of<engine::isa::CPU_CAPABILITY>() {
  static constexpr Kernels made{
      .uniform = {&run<Uniform, Scaled, float>, &run<Uniform, Scaled, double>},
      .normal = {&run<Normal, Scaled, float>, &run<Normal, Scaled, double>},
      .exponential = {&run<Exponential, Scaled, float>, &run<Exponential, Scaled, double>},
      .cauchy = {&run<Cauchy, Scaled, float>, &run<Cauchy, Scaled, double>},
      .log_normal = {&run<Normal, ExpOfScaled, float>, &run<Normal, ExpOfScaled, double>},
      .laplace = {&run<Laplace, Scaled, float>, &run<Laplace, Scaled, double>},
      .gumbel = {&run<Gumbel, Scaled, float>, &run<Gumbel, Scaled, double>},
      .logistic = {&run<Logistic, Scaled, float>, &run<Logistic, Scaled, double>},
      .geometric = {&run<Exponential, TrialsUntil, double, float>,
                    &run<Exponential, TrialsUntil, double>},
      .bernoulli = {{&run_trials<float, float, float>, &run_trials<double, float, double>},
                    {&run_trials<double, double, float>, &run_trials<double, double, double>}},
      .integers = &run_integers};
  return made;
}

}  // namespace torch::distributions::ops::random
