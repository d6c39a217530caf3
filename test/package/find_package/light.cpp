// Uses the headers that do not include LibTorch.
#include <torch/distributions/fwd.h>
#include <torch/distributions/version.h>

#include <string_view>

#if defined(TORCH_API) || defined(C10_API)
#error "LibTorch is included"
#endif

namespace dist = torch::distributions;

static_assert(std::string_view(TORCH_DISTRIBUTIONS_VERSION) == PACKAGE_VERSION);

dist::DistributionPtr sharpened(const dist::Normal& policy,
                                const dist::constraints::Interval& limits,
                                const dist::AffineTransform& scaling);
