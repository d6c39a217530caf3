#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <tuple>
#include <utility>

#include "ops/random/rejection_kernels.h"
#include "ops/random/uniforms.h"
#include "ops/special/constants.h"

/// Draws by rejection. An element is drawn by attempts, each with random words of its own, until one
/// succeeds. Elements without a success are gathered, so that the registers of the next attempt are
/// full. The words depend on the element and on the attempt alone, so gathering changes no number.
///
/// A sampler is a struct with these members. The functions are curried as those of formulas, so that
/// what depends only on the parameters is computed once:
///
///   * `kNumbers`, the numbers with random bits that an attempt takes;
///   * `kResults`, the numbers that make an element;
///   * `kStates`, the numbers that the proposal hands to the test;
///   * `proposal(parameters...)`, a function of the random bits whose result is a `Proposal`;
///   * `test(parameters...)`, a function of the states: whether a doubtful proposal is a success.

namespace torch::distributions::ops::random {
namespace {

/// The most elements that are drawn together.
inline constexpr int kMost = 1024;
/// Arrays of elements have room for a whole register at their end.
inline constexpr int kRoom = kMost + 64;
/// The most attempts. It is never reached: all samplers succeed in one half of the cases at least.
inline constexpr int kAttempts = 1000;

template <class T>
inline constexpr int kLanes = static_cast<int>(Lanes<T>::kCount);

/// One bit for each lane in which the condition holds.
template <class T>
[[gnu::always_inline]] inline unsigned lanes_of(const Mask<T>& condition) {
#if defined(CPU_CAPABILITY_AVX512)
  if constexpr (sizeof(T) == sizeof(double)) {
    return _mm512_movepi64_mask(reinterpret_cast<__m512i>(condition.lanes()));
  } else {
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(condition.lanes()));
  }
#elif defined(CPU_CAPABILITY_AVX2)
  if constexpr (sizeof(T) == sizeof(double)) {
    return static_cast<unsigned>(_mm256_movemask_pd(reinterpret_cast<__m256d>(condition.lanes())));
  } else {
    return static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(condition.lanes())));
  }
#else
  if constexpr (engine::kIsVector) {
    unsigned lanes = 0;
    for (int i = 0; i < kLanes<T>; ++i) lanes |= unsigned{condition.lanes()[i] != 0} << i;
    return lanes;
  } else {
    return condition.lanes();
  }
#endif
}
/// The lanes of a register that hold some of `count` elements.
template <class T>
[[gnu::always_inline]] inline unsigned first_lanes(int count) {
  return (1u << std::min(count, kLanes<T>)) - 1;
}

/// The most lanes of a register.
inline constexpr int kMostLanes = 16;
/// 0, 1, ...
alignas(64) inline constexpr auto kLaneNumbers = [] {
  std::array<std::uint32_t, kMostLanes> numbers{};
  for (std::uint32_t i = 0; i < kMostLanes; ++i) numbers[i] = i;
  return numbers;
}();

#if defined(CPU_CAPABILITY_AVX2)
/// The lanes of 8 in which a bit is set, from the lowest on, in a byte each.
inline constexpr auto kSetLanes = [] {
  std::array<std::uint64_t, 256> lanes{};
  for (unsigned bits = 0; bits < 256; ++bits) {
    int count = 0;
    for (unsigned lane = 0; lane < 8; ++lane) {
      if (bits >> lane & 1) lanes[bits] |= std::uint64_t{lane} << 8 * count++;
    }
  }
  return lanes;
}();
#endif

/// Places of elements in an array.
struct Places {
  int count = 0;
  alignas(64) std::array<std::uint32_t, kRoom> at;

  /// Adds from[lane] + more for each of some lanes of a register.
  /// \param from Has `kMostLanes` numbers that may be read.
  [[gnu::always_inline]] void add(unsigned lanes, const std::uint32_t* from, int more) {
#if defined(CPU_CAPABILITY_AVX512)
    const __m512i all = _mm512_add_epi32(_mm512_loadu_si512(from), _mm512_set1_epi32(more));
    _mm512_storeu_si512(at.data() + count,
                        _mm512_maskz_compress_epi32(static_cast<__mmask16>(lanes), all));
#elif defined(CPU_CAPABILITY_AVX2)
    const __m256i all = _mm256_add_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)),
                                         _mm256_set1_epi32(more));
    const __m256i order =
        _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<std::int64_t>(kSetLanes[lanes])));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(at.data() + count),
                        _mm256_permutevar8x32_epi32(all, order));
#else
    for (unsigned i = 0, n = 0; lanes >> i != 0; ++i) {
      at[static_cast<unsigned>(count) + n] = from[i] + static_cast<std::uint32_t>(more);
      n += lanes >> i & 1;
    }
#endif
    count += std::popcount(lanes);
  }
  void set_to_first(int new_count) {
    count = new_count;
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i) at[i] = i;
  }
  /// Repeats the last place, so that a register can be loaded at the end.
  void pad() {
    std::uint32_t* const end = at.data() + count;
    if (count > 0) std::fill_n(end, 4 * kMostLanes, end[-1]);
  }
};

/// The places i, i + 1, ... in the lanes of a register. Only `count` are elements.
struct Run {
  int first, count;

  template <class T>
  [[gnu::always_inline]] Lanes<T> load(const T* from) const {
    return Lanes<T>::load(from + first);
  }
  template <class T>
  [[gnu::always_inline]] void store(const Lanes<T>& numbers, T* to) const {
    numbers.store(to + first);
  }
  template <class T>
  [[gnu::always_inline]] Words<T> words() const {
    return Words<T>::from(static_cast<std::uint32_t>(first));
  }
  [[gnu::always_inline]] void add_to(Places& places, unsigned lanes) const {
    places.add(lanes, kLaneNumbers.data(), first);
  }
};

/// The places in a list, of which `kMostLanes` may be read.
struct Gathered {
  const std::uint32_t* at;
  int count;

  template <class T>
  [[gnu::always_inline]] Lanes<T> load(const T* from) const {
    if constexpr (engine::kIsVector) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return Lanes<T>(typename Lanes<T>::Register{from[at[i]]...});
      }(std::make_index_sequence<Lanes<T>::kCount>());
    } else {
      return Lanes<T>::load(from + *at);
    }
  }
  template <class T>
  [[gnu::always_inline]] void store(const Lanes<T>& numbers, T* to) const {
    T all[kLanes<T>];
    numbers.store(all);
    for (int i = 0; i < kLanes<T>; ++i) to[at[i]] = all[i];  // the last place may repeat
  }
  template <class T>
  [[gnu::always_inline]] Words<T> words() const {
    return Words<T>::load(at);
  }
  [[gnu::always_inline]] void add_to(Places& places, unsigned lanes) const {
    places.add(lanes, at, 0);
  }
};

/// Elements that are drawn together: element i of the array has the number first + i. The lower
/// halves of the numbers do not wrap around.
struct Elements {
  const Draw& draw;
  std::uint64_t first;
  int count;

  /// The random bits of an attempt at the elements in some places.
  template <class T, int numbers, class Where>
  [[gnu::always_inline]] std::array<BitLanes<T>, numbers> bits(const Where& where,
                                                               std::uint32_t attempt) const {
    constexpr int kBlocks = (numbers + kNumbers<T> - 1) / kNumbers<T>;
    Words<T> words = where.template words<T>();
    for (Wide& part : words.parts) part += static_cast<std::uint32_t>(first);
    std::array<BitLanes<T>, numbers> result;
    for (int i = 0; i < kBlocks; ++i) {
      const auto block = block_at<T>(draw, words, static_cast<std::uint32_t>(first >> 32),
                                     attempt * kBlocks + static_cast<std::uint32_t>(i));
      for (int j = 0; j < kNumbers<T> && i * kNumbers<T> + j < numbers; ++j) {
        result[i * kNumbers<T> + j] = bits_of<T>(block, j);
      }
    }
    return result;
  }
};

/// What an attempt proposes for each lane: a success, a doubtful one, which the test decides, or a
/// failure, where neither mask holds. A lane for which both hold is a success.
template <class T, int n_results, int n_states>
struct Proposal {
  std::array<Lanes<T>, n_results> results;
  std::array<Lanes<T>, n_states> states;
  Mask<T> succeeds, is_doubtful;
};

/// The parameters of elements that are drawn together.
template <class T, std::size_t n>
class Parameters {
 public:
  template <class Memory>
  explicit Parameters(const Operand<Memory>* operands) {
    for (std::size_t i = 0; i < n; ++i) {
      if (operands[i].period != 1) {
        are_shared_ = false;
      } else {
        std::fill_n(numbers_[i].begin(), kRoom, static_cast<T>(operands[i].numbers[0]));
      }
    }
  }

  /// Whether all elements have the same.
  bool are_shared() const { return are_shared_; }

  /// Loads those of element `first` and the next ones.
  template <class Memory>
  void load(const Operand<Memory>* operands, std::int64_t first, int count) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto [numbers, period] = operands[i];
      if (period == 1) continue;
      std::int64_t at = first % period;
      for (int done = 0; done < count; at = 0) {
        const auto some = static_cast<int>(std::min<std::int64_t>(count - done, period - at));
        T* const to = numbers_[i].data() + done;
        for (int j = 0; j < some; ++j) to[j] = static_cast<T>(numbers[at + j]);
        done += some;
      }
      T* const end = numbers_[i].data() + count;
      std::fill_n(end, kLanes<T>, end[-1]);
    }
  }

  /// f(parameters...) of the elements in some places.
  template <class F, class Where>
  [[gnu::always_inline]] auto apply(const F& f, const Where& where) const {
    return std::apply([&](const auto&... x) { return f(where.template load<T>(x.data())...); },
                      numbers_);
  }

 private:
  bool are_shared_ = true;
  alignas(64) std::array<std::array<T, kRoom>, n> numbers_;
};

/// Calls f(proposal_of, test_of), each a function of places, with the functions of a sampler. If the
/// parameters are shared, they are made once.
template <class Sampler, class P, class F>
[[gnu::always_inline]] inline void with_functions(const P& parameters, const F& f) {
  const auto proposal = [](const auto&... p) { return Sampler::proposal(p...); };
  const auto test = [](const auto&... p) { return Sampler::test(p...); };
  if (parameters.are_shared()) {
    const Run anywhere{0, kMost};
    const auto shared_proposal = parameters.apply(proposal, anywhere);
    const auto shared_test = parameters.apply(test, anywhere);
    f([&](const auto&) -> const auto& { return shared_proposal; },
      [&](const auto&) -> const auto& { return shared_test; });
  } else {
    f([&](const auto& where) { return parameters.apply(proposal, where); },
      [&](const auto& where) { return parameters.apply(test, where); });
  }
}

/// The attempts at elements that are drawn together.
template <class Sampler, class T>
class Rejection {
 public:
  using Results = std::array<T*, Sampler::kResults>;

  /// Draws all elements.
  /// \param attempt The number of the first attempt.
  template <class ProposalOf, class TestOf>
  void draw(const Elements& elements, std::uint32_t attempt, const ProposalOf& proposal_of,
            const TestOf& test_of, const Results& to) {
    Places &now = places_[0], &failures = places_[1];
    now.set_to_first(elements.count);
    failures.count = 0;
    for (int i = 0; i < now.count; i += kLanes<T>) {
      propose(elements, attempt, proposal_of, Run{i, now.count - i}, i, to, failures);
    }
    decide(test_of, now, failures);
    draw_failures(elements, attempt + 1, &failures, &now, proposal_of, test_of, to);
  }
  /// Draws the elements in some places.
  template <class ProposalOf, class TestOf>
  void draw(const Elements& elements, const Places& places, std::uint32_t attempt,
            const ProposalOf& proposal_of, const TestOf& test_of, const Results& to) {
    places_[0] = places;
    draw_failures(elements, attempt, &places_[0], &places_[1], proposal_of, test_of, to);
  }

 private:
  template <class ProposalOf, class TestOf>
  [[gnu::noinline]] void draw_failures(const Elements& elements, std::uint32_t attempt, Places* now,
                                       Places* failures, const ProposalOf& proposal_of,
                                       const TestOf& test_of, const Results& to) {
    for (int i = 0; i < kAttempts && now->count > 0; ++i, ++attempt, std::swap(now, failures)) {
      now->pad();
      failures->count = 0;
      for (int j = 0; j < now->count; j += kLanes<T>) {
        const Gathered where{now->at.data() + j, now->count - j};
        propose(elements, attempt, proposal_of, where, j, to, *failures);
      }
      decide(test_of, *now, *failures);
    }
  }

  /// \param position The first of the lanes, among the elements of this attempt.
  template <class ProposalOf, class Where>
  [[gnu::always_inline]] void propose(const Elements& elements, std::uint32_t attempt,
                                      const ProposalOf& proposal_of, const Where& where,
                                      int position, const Results& to, Places& failures) {
    const auto proposal = proposal_of(where)(elements.bits<T, Sampler::kNumbers>(where, attempt));
    // Failures are stored as well. A later attempt replaces them.
    for (int i = 0; i < Sampler::kResults; ++i) where.store(proposal.results[i], to[i]);
    for (int i = 0; i < Sampler::kStates; ++i) proposal.states[i].store(&states_[i][position]);
    const unsigned all = first_lanes<T>(where.count), successes = lanes_of(proposal.succeeds);
    const unsigned doubtful = lanes_of(proposal.is_doubtful) & ~successes & all;
    doubtful_.add(doubtful, kLaneNumbers.data(), position);
    where.add_to(failures, all & ~(successes | doubtful));
  }

  /// Tests the doubtful proposals.
  template <class TestOf>
  [[gnu::noinline]] void decide(const TestOf& test_of, const Places& now, Places& failures) {
    doubtful_.pad();
    for (int i = 0; i < doubtful_.count; i += kLanes<T>) {
      const Gathered positions{doubtful_.at.data() + i, doubtful_.count - i};
      std::uint32_t places[kMostLanes] = {};
      for (int j = 0; j < kLanes<T>; ++j) places[j] = now.at[positions.at[j]];
      std::array<Lanes<T>, Sampler::kStates> states;
      for (int j = 0; j < Sampler::kStates; ++j) {
        states[j] = positions.template load<T>(states_[j].data());
      }
      const Gathered where{places, positions.count};
      const unsigned successes = lanes_of(test_of(where)(states));
      where.add_to(failures, ~successes & first_lanes<T>(where.count));
    }
    doubtful_.count = 0;
  }

  Places places_[2], doubtful_;  // the doubtful ones by their position in an attempt
  alignas(64) std::array<std::array<T, kRoom>, Sampler::kStates> states_;
};

/// Calls f(elements, index of the first) for the elements of a task, in parts that are drawn together.
template <class T, class F>
[[gnu::always_inline]] inline void for_each_part(const Task<T>& task, const F& f) {
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 32;
  const std::uint64_t first = task.shift + static_cast<std::uint64_t>(task.first);
  for (std::int64_t i = 0; i < task.count;) {
    const std::uint64_t number = first + static_cast<std::uint64_t>(i);
    const auto before_wrap = static_cast<std::int64_t>(kWrap - number % kWrap);
    const std::int64_t count = std::min(std::min(task.count - i, before_wrap), std::int64_t{kMost});
    f(Elements{task.draw, number, static_cast<int>(count)}, i);
    i += count;
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random
