public import Config
public import HAL
internal import Report

extension DeviceName {
    /// The sound device; nil when the direction is not used.
    public var pcm: PCMName? {
        switch self {
        case .card(let id): .card(id)
        case .usb(let vendor, let product, let serial):
            .usb(vendor: vendor, product: product, serial: serial)
        case .pcm(let name): .pcm(name)
        case .default: .default
        case .auto: .automatic
        case .none: nil
        }
    }
}

extension PCMClock {
    /// The speed error of a card, in millionths, and its uncertainty.
    package typealias Drift = (ppm: Double, uncertainty: Double)

    /// Compares the cards; the measured drifts take precedence over the names.
    package init(
        _ capture: Side, _ captureDrift: Drift?, _ playback: Side, _ playbackDrift: Drift?
    ) {
        let named = PCMClock(capture: capture, playback: playback)
        guard let captureDrift, let playbackDrift else {
            self = named
            return
        }
        let seen = PCMClock.compared(
            capturePPM: captureDrift.ppm, uncertain: captureDrift.uncertainty,
            playbackPPM: playbackDrift.ppm, uncertain: playbackDrift.uncertainty)
        self =
            switch seen {
            case .apart(let apart):
                PCMClock(
                    reason: "the speaker's clock was seen to run \(Event.tenths(abs(apart))) ppm "
                        + "\(apart > 0 ? "faster" : "slower") than the microphone's")
            case .together where named.isGuess: PCMClock(reason: nil)
            case .together, .unknown: named
            }
    }
}

extension InputLine {
    /// Opens the line of a button: a GPIO line, or a key of an input device.
    public init(_ button: Config.Button, consumer: String) throws(GPIOError) {
        if let code = button.keyCode {
            try self.init(key: code, of: button.device, name: button.line)
        } else {
            try self.init(
                name: button.line, bias: button.bias.input, activeLow: button.isActiveLow,
                consumer: consumer)
        }
    }
}

extension Config.Button.Bias {
    /// The same bias for the hardware.
    public var input: InputLine.Bias {
        switch self {
        case .pullUp: .pullUp
        case .pullDown: .pullDown
        case .none: .none
        }
    }
}
