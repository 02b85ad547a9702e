/// The processing that the sound leaves out because the processor cannot keep up.
///
/// In the order of the steps; each step also leaves out the processing of the steps before it.
package enum Overload: Int, CaseIterable, Comparable, Sendable {
    case none
    /// The encoder searches less for the best packet, then hardly at all.
    case thriftyEncoder
    case plainEncoder
    case noNoiseSuppression
    /// The echo is not cancelled: microphone and speaker take turns instead.
    case noEchoCancelling
    /// Fewer talkers are heard at once, by priority.
    case fourVoices
    case twoVoices

    /// Whether any processing is left out.
    package var isOn: Bool { self > .none }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
