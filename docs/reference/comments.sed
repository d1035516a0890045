# Doxygen's input filter: comments for declarations that mean the same in all headers, so that no header repeats them.
# Each comment is put before its declaration, in the same line, so that line numbers do not change.

# Layers and norms.
s#^( *)(static constexpr FixedString name\(\) )#\1/** @brief Its name in tables and messages. */ \2#
s#^( *)(static constexpr void append\()#\1/** @brief Appends its nodes for the current shape, or refuses that shape. */ \2#
s#^( *)(static void append\(const std::string& path)#\1/** @brief Appends the names of its nodes that have state. */ \2#
s#^( *)(static constexpr int groups\()#\1/** @brief Number of groups of neighbouring channels; each group has one mean and one variance. */ \2#
s#^( *)(static constexpr [A-Za-z]+ (normalises|over_batch|per_pixel|subtracts_mean|affine|has_bias|epsilon|momentum|cumulative|one_value) = )#\1/** @brief As in `NormDefaults`. */ \2#

# Activations.
s#^( *)(NORMA_ALWAYS_INLINE static P value\()#\1/** @brief y = f(x), as the policy says. */ \2#
s#^( *)(NORMA_ALWAYS_INLINE static P derivative\()#\1/** @brief dy/dx at x. */ \2#
s#^( *)(NORMA_ALWAYS_INLINE static P derivative_from_output\()#\1/** @brief dy/dx where the output is y. */ \2#
s#^( *)(NORMA_ALWAYS_INLINE static P gradient\()#\1/** @brief g · dy/dx at x. */ \2#
s#^( *)(NORMA_ALWAYS_INLINE static P gradient_from_output\()#\1/** @brief g · dy/dx where the output is y. */ \2#

# Shapes: of images, activations and kernels.
s#^( *)((static constexpr )?int (channels|height|width)\b( = [^;]*)?;)( *///<)?#\1/** @brief In elements. */ \2\6#
/\/\*\* In elements/s#///<#//#

# Ops.
s#^( *)(constexpr void set_pitches\()#\1/** @brief Gives it the pitches of slices, see `HasPitches`. */ \2#
s#^( *)(static constexpr const char\* name = )#\1/** @brief Its name in messages. */ \2#
s#^( *)(constexpr OpFacts facts\(\) const)#\1/** @brief What the planner asks of it. */ \2#
s#^( *)(constexpr FixedString needs\(std::span<const Extent> [a-z]+\) const)#\1/** @brief What it needs, if inputs of these shapes do not fit; else empty. */ \2#
s#^( *)(template <bool Recompute>)#\1/** @brief Writes the output. */ \2#
s#^( *)(template <Contributions To>)#\1/** @brief Adds to the gradients of the parameters, and writes or adds to those of the inputs. */ \2#
s#^( *)(static constexpr [a-z:]*[A-Za-z]+ (shape|windows) = Op\.)#\1/** @brief Of the op. */ \2#
s#^( *)(static constexpr bool is_cheap = )#\1/** @brief As in `ActivationPolicy`. */ \2#
s#^( *)(Size (kernel|stride|dilation)(\{.*\})?;)$#\1/** @brief Of height and width. */ \2#

# Ops by plain loops.
s#^(inline Numbers computed\()#/** @brief The output of one sample. */ \1#

# Containers, and the read-only version of a function.
s#^( *)((explicit )?AlignedBuffer[( ]|AlignedBuffer& operator=)#\1/** @brief All elements are 0, or copies of the other's. */ \2#
s#^( *)(constexpr List[(]|constexpr List& operator=)#\1/** @brief The given elements, or copies of the other's. */ \2#
s#^( *)((constexpr )?((const )?T\* (data|begin|end)\(\)|(const )?T& (back\(\)|operator\[\])))#\1/** @brief The elements, in order. */ \2#
s#^( *)(std::span<const T> [a-z_]+\(\) const)#\1/** @brief The same, read-only. */ \2#
s#^( *)(constexpr FixedString(& operator<<)?\([^)]*\))#\1/** @brief Appends to the text. */ \2#
s#^( *)(friend (constexpr )?bool operator==)#\1/** @brief Are all members equal? */ \2#
s#^( *)((constexpr )?std::size_t size\(\) const \{ return size_; \})#\1/** @brief Number of elements. */ \2#
s#^( *)((constexpr )?bool empty\(\) const )#\1/** @brief Whether there are no elements. */ \2#

# Schedules.
s#^( *)(double at\(const TrainingTime& time\) const)#\1/** @brief The learning rate at that time. */ \2#

# Specialisations of a template.
s#^((struct [A-Za-z]+<.*> \{|inline constexpr [^=]*> = ).*)$#/** @brief For this type. */ \1#

# The inline namespace has a different name for each instruction set. Readers do not need it.
s#^namespace norma::inline NORMA_TARGET#namespace norma#

# Parts of the version: the comment before them is of all three.
s#^(\#define NORMA_VERSION_(MINOR|PATCH) [0-9]+)$#\1  ///< See NORMA_VERSION_MAJOR. #
