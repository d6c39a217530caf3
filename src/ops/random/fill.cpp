#include "ops/random/fill.h"

#include <c10/util/BFloat16-math.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/float_limits.h"
#include "ops/engine/instruction_set.h"
#include "ops/random/kernels.h"
#include "ops/random/pieces.h"

namespace torch::distributions::ops::random {
namespace {

/// Calls f with a number of the floating dtype.
template <class F>
auto with_number(at::ScalarType dtype, const F& f) {
  switch (dtype) {
    case at::kDouble:
      return f(double{});
    case at::kFloat:
      return f(float{});
    case at::kHalf:
      return f(at::Half{});
    case at::kBFloat16:
      return f(at::BFloat16{});
    default:
      TORCH_INTERNAL_ASSERT(false, "no random numbers of ", dtype);
  }
}

struct Map {
  double location, scale, least, greatest;
};

/// Fills `to` by a kernel. `map(dtype)` tells what becomes of the standard distribution's numbers.
template <class MapOf>
void fill(const Tensor& to, const Draw& draw, Kernels::Run (Kernels::*kernel)[2],
          const MapOf& map_of) {
  with_contiguous(to, [&](const Tensor& contiguous) {
    const at::ScalarType dtype = contiguous.scalar_type();
    const Map map = map_of(dtype);
    const std::uint64_t first = first_element(draw, contiguous.numel());
    const auto run = [&]<class T>(T) {
      const Kernels::Run kernel_of_type = (kernels().*kernel)[std::is_same_v<T, double>];
      for_each_piece<T>(contiguous, draw, [&](T* memory, std::int64_t begin, std::int64_t count) {
        kernel_of_type({draw, first + static_cast<std::uint64_t>(begin), count, memory,
                        map.location, map.scale, map.least, map.greatest});
      });
    };
    // Integers are computed in double.
    at::isReducedFloatingType(dtype) || dtype == at::kFloat ? run(float{}) : run(double{});
  });
}

/// scale x + location, which is finite.
auto finite(double location, double scale) {
  return [=](at::ScalarType dtype) -> Map {
    const double largest = float_limits(dtype).largest;
    return {location, scale, -largest, largest};
  };
}
/// scale x + location, or the exponential of this, which is positive and finite.
auto positive(double location, double scale) {
  return [=](at::ScalarType dtype) -> Map {
    const FloatLimits limits = float_limits(dtype);
    return {location, scale, limits.least, limits.largest};
  };
}

/// The probabilities as contiguous numbers on the CPU, of type float or double: one, or as many as
/// `to` has elements.
Tensor probabilities(const Tensor& p, const Tensor& to) {
  const auto dtype = p.scalar_type();
  const auto own = dtype == at::kFloat || dtype == at::kDouble ? dtype
                   : at::isReducedFloatingType(dtype)          ? at::kFloat
                                                               : at::kDouble;
  const bool is_shared = p.numel() == 1;
  if (is_plain(p) && dtype == own && p.is_contiguous() && (is_shared || p.sizes() == to.sizes()))
    return p;
  const at::NoGradGuard no_grad;
  const Tensor known = p.to(at::kCPU, own);
  return dense(is_shared ? known : known.expand(to.sizes()));
}

}  // namespace

const Kernels& kernels() {
  static constexpr auto all =
      engine::for_each_instruction_set([]<class Isa>() { return &kernels_of<Isa>; });
  return all[static_cast<std::size_t>(engine::instruction_set())]();
}

void fill_uniform(const Tensor& to, const Draw& draw, double low, double high) {
  fill(to, draw, &Kernels::uniform, [&](at::ScalarType dtype) {
    return with_number(dtype, [&]<class T>(T) -> Map {
      using Compute = std::conditional_t<std::is_same_v<T, double>, double, float>;
      const T first = static_cast<T>(static_cast<Compute>(low));
      const T end = static_cast<T>(static_cast<Compute>(high));
      const T last = first < end ? static_cast<T>(std::nextafter(end, first)) : first;
      return {static_cast<double>(first), static_cast<double>(end) - static_cast<double>(first),
              static_cast<double>(first), static_cast<double>(last)};
    });
  });
}

void fill_normal(const Tensor& to, const Draw& draw, double mean, double stddev) {
  fill(to, draw, &Kernels::normal, finite(mean, stddev));
}

void fill_exponential(const Tensor& to, const Draw& draw, double rate) {
  fill(to, draw, &Kernels::exponential, positive(0, 1 / rate));
}

void fill_cauchy(const Tensor& to, const Draw& draw, double median, double scale) {
  fill(to, draw, &Kernels::cauchy, finite(median, scale));
}

void fill_log_normal(const Tensor& to, const Draw& draw, double mean, double stddev) {
  fill(to, draw, &Kernels::log_normal, positive(mean, stddev));
}

void fill_laplace(const Tensor& to, const Draw& draw) {
  fill(to, draw, &Kernels::laplace, finite(0, 1));
}

void fill_gumbel(const Tensor& to, const Draw& draw) {
  fill(to, draw, &Kernels::gumbel, finite(0, 1));
}

void fill_logistic(const Tensor& to, const Draw& draw) {
  fill(to, draw, &Kernels::logistic, finite(0, 1));
}

void fill_geometric(const Tensor& to, const Draw& draw, double p) {
  fill(to, draw, &Kernels::geometric, [&](at::ScalarType dtype) -> Map {
    return {0, p, 1, largest_count(dtype)};
  });
}

void fill_bernoulli(const Tensor& to, const Draw& draw, const Tensor& p) {
  with_contiguous(to, [&](const Tensor& contiguous) {
    const Tensor known = probabilities(p, contiguous);
    const bool of_doubles = known.scalar_type() == at::kDouble, is_shared = known.numel() == 1;
    const char* const data = static_cast<const char*>(known.const_data_ptr());
    const std::int64_t stride = is_shared ? 0 : static_cast<std::int64_t>(known.element_size());
    const std::uint64_t first = first_element(draw, contiguous.numel());
    const auto run = [&]<class T>(T) {
      const auto kernel = kernels().bernoulli[std::is_same_v<T, double>][of_doubles];
      for_each_piece<T>(contiguous, draw, [&](T* memory, std::int64_t begin, std::int64_t count) {
        kernel({draw, first + static_cast<std::uint64_t>(begin), count, memory,
                data + begin * stride, is_shared});
      });
    };
    contiguous.scalar_type() == at::kDouble ? run(double{}) : run(float{});
  });
}

void fill_integers(const Tensor& to, const Draw& draw, std::int64_t low, std::uint64_t count) {
  with_contiguous(to, [&](const Tensor& contiguous) {
    const std::uint64_t first = first_element(draw, contiguous.numel());
    for_each_piece<std::int64_t>(
        contiguous, draw, [&](std::int64_t* memory, std::int64_t begin, std::int64_t size) {
          kernels().integers({draw, first + static_cast<std::uint64_t>(begin), size, memory,
                              static_cast<std::uint64_t>(low), count});
        });
  });
}

}  // namespace torch::distributions::ops::random
