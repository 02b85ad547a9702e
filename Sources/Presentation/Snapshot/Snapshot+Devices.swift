package import Config
package import HAL

extension Snapshot {
    /// One direction of sound.
    package struct Card {
        /// The device as people know it: with the card that was chosen for `auto`.
        package var shown = ""
        package var isWanted = false
        /// It stood still, and is closed for the moment that it takes to open it again.
        package var isReopening = false
        package var error: PCMError?
        /// What it has granted; nil while it is not open.
        package var granted: PCMParameters?
        /// What stands between us and the card, while it is open.
        package var route: PCMRoute?
        /// What its mixer is to be set to, and the control that was.
        package var mixerChange: CardControl.Change?
        package var control: CardControl?

        package init() {}

        package var isOpen: Bool { granted != nil }
    }

    package struct Lamp {
        package let lamp: Config.Lamp
        package let error: GPIOError?
        package let isShowing: Bool

        package init(_ lamp: Config.Lamp, _ error: GPIOError?, isShowing: Bool) {
            (self.lamp, self.error, self.isShowing) = (lamp, error, isShowing)
        }
    }

    package struct Relay {
        package let relay: Config.Relay
        package let error: GPIOError?
        package let isOn: Bool

        package init(_ relay: Config.Relay, _ error: GPIOError?, isOn: Bool) {
            (self.relay, self.error, self.isOn) = (relay, error, isOn)
        }
    }
}

/// Counters and gauges as they were at one moment.
package struct Readings<Name: RawRepresentable> where Name.RawValue == Int {
    /// By raw value; empty when nothing has been counted yet.
    private var values: [UInt64]

    /// - Parameter values: Those of all names, by their raw values.
    package init(_ values: [UInt64] = []) { self.values = values }

    package subscript(_ name: Name) -> UInt64 {
        get { name.rawValue < values.count ? values[name.rawValue] : 0 }
        set {
            while values.count <= name.rawValue { values.append(0) }
            values[name.rawValue] = newValue
        }
    }
}
