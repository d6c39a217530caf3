#pragma once

#include <cstdint>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/vectors/block.h"

/// The category of a one-hot row, and a random one.
namespace torch::distributions::ops::engine {
namespace {

struct IndexOfOne {
  template <class T>
  static Lanes<T> run(const Block<T>& x, const Block<T>&) {
    const Lanes<T> none(-1.0), nan(-2.0);
    Lanes<T> place = none;
    Mask<T> is_hot = place == none, is_number = is_hot;  // all true
    for (int64_t i = 0; i < x.columns(); ++i) {
      const Mask<T> is_one = x[i] == 1.0;
      is_hot = is_hot && (x[i] == 0.0 || (is_one && place == none));
      is_number = is_number && x[i] == x[i];
      place = select(is_one, Lanes<T>(static_cast<double>(i)), place);
    }
    return select(is_hot, place, select(is_number, none, nan));
  }
};

/// An exponential race: category i arrives at draw_i / weight_i, and the first one wins.
template <class Weight>
struct Race {
  template <class T>
  static Lanes<T> run(const Block<T>& weights, const Block<T>& draws) {
    const Lanes<T> none(-1.0);
    Lanes<T> highest(0.0), winner = none;
    Mask<T> are_weights = winner == none;  // all true
    for (int64_t i = 0; i < weights.columns(); ++i) {
      const Lanes<T> weight = Weight::of(weights[i]), speed = weight / draws[i];
      are_weights = are_weights && weight >= 0.0 && weight < kInfinity;
      // A category of weight 0 never leads, even if the speeds of all others underflow.
      const Mask<T> leads = weight > 0.0 && (speed > highest || winner == none);
      highest = select(leads, speed, highest);
      winner = select(leads, Lanes<T>(static_cast<double>(i)), winner);
    }
    return select(are_weights, winner, none);
  }
};
struct Probability {
  template <class T>
  static Lanes<T> of(const Lanes<T>& weight) {
    return weight;
  }
};
struct Logit {
  template <class T>
  static Lanes<T> of(const Lanes<T>& logit) {
    return exp(logit);
  }
};

template <class T>
void exponential(const double* from, int64_t count, void* to) {
  constexpr int64_t kCount = Lanes<double>::kCount;
  const auto draw = [](const Lanes<double>& uniform) { return -log1p(-uniform); };
  T* const draws = static_cast<T*>(to);
  int64_t i = 0;
  for (; i + kCount <= count; i += kCount) draw(Lanes<double>::load(from + i)).store(draws + i);
  if (i < count)
    store_part(draw(Lanes<double>::load_part(from + i, count - i)), draws + i, count - i);
}

}  // namespace
}  // namespace torch::distributions::ops::engine
