#pragma once

namespace torch::distributions::ops::random {

/// Registers kernels of LibTorch's random operations for Philox streams: at the first call, so that
/// a program that links the library statically has them, too.
void register_kernels();

}  // namespace torch::distributions::ops::random
