internal import Audio
internal import HAL
internal import Media
internal import Station

/// The protection against loss begins anew.
///
/// What listeners report reaches it by `Switchboard.receive`.
extension ControlLoop {
    /// Nothing is known of any way yet, or the frames are different from now on.
    mutating func protectAnew() {
        let isWireless = WirelessInterface.all().contains { $0.isUp != false }
        let frames = LossProtection.Frames(plan)
        feed { board, _, _ in board.beginProtection(frames, isWireless: isWireless) }
    }
}

extension LossProtection.Frames {
    init(_ plan: MediaPlan) {
        self.init(
            samples: plan.sound.frameSamples, size: plan.frameSize,
            sizeRepeated: plan.frameSizeRepeated)
    }
}
