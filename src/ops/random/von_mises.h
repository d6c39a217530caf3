#pragma once

#include "ops/random/rejection.h"
#include "ops/special/angle.h"

namespace torch::distributions::ops::random {
namespace {

/// Draws of VonMises(0, k). D. J. Best and N. I. Fisher, "Efficient simulation of the von Mises
/// distribution", 1979: half of an angle of the wrapped Cauchy distribution is the direction of
/// (cos h, s sin h) for a uniform h. The factor s is computed without cancellation for every k. The
/// draws are such directions, of which the second coordinate has the sign of the angle.
struct VonMises {
  static constexpr int kNumbers = 2, kResults = 2, kStates = 2;

  /// The angle of a draw.
  template <class T>
  static constexpr Lanes<T> angle(const Lanes<T>& x, const Lanes<T>& y) {
    const Lanes<T> size = kPi * special::angle_share(abs(y), x);
    return select(y < 0.0, -size, size);
  }

  template <class T>
  static constexpr auto proposal(const Lanes<T>& concentration) {
    constexpr double kLarge = sizeof(T) == sizeof(float) ? 1e37 : 1e300;  // its double is finite
    const Mask<T> is_valid = concentration >= 0.0;
    const Lanes<T> k = min(concentration, kLarge), larger = max(2.0 * k, 1.0);
    const Lanes<T> ratio = min(2.0 * k, 1.0) / larger;
    const Lanes<T> hypotenuse = larger * sqrt(ratio * ratio + 1.0);
    const Lanes<T> w = sqrt(0.5 * hypotenuse + 0.5), factor = 1.0 / (w + k / w), ws = w * factor;
    const Lanes<T> s = select(concentration == kInfinity, 0.0, factor);
    return [=](const std::array<BitLanes<T>, kNumbers>& bits) {
      const Direction<T> whole = random_direction<T>(bits[0]);
      const Lanes<T> x = abs(whole.cosine), y = s * whole.sine;
      const Lanes<T> c = ws / (x * x + y * y), u = open_uniform<T>(bits[1]);
      const Mask<T> succeeds = c * (2.0 - c) > u;
      return Proposal<T, kResults, kStates>{
          {x, select(is_valid, y, kNaN)}, {c, u}, succeeds || !is_valid, is_valid};
    };
  }

  template <class T>
  static constexpr auto test(const Lanes<T>&) {
    return [](const std::array<Lanes<T>, kStates>& states) {
      const auto& [c, u] = states;
      return log(c / u) + 1.0 >= c;
    };
  }
};

}  // namespace
}  // namespace torch::distributions::ops::random
