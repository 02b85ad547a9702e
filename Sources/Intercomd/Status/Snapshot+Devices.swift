internal import Config
internal import HAL
internal import Media
internal import Report

extension Snapshot {
    /// One direction of sound.
    struct Card {
        /// The device as people know it: with the card that was chosen for `auto`.
        var shown = ""
        var isWanted = false
        /// It stood still, and is closed for the moment that it takes to open it again.
        var isReopening = false
        var error: PCMError?
        /// What it has granted; nil while it is not open.
        var granted: PCMParameters?
        /// What stands between us and the card, while it is open.
        var route: PCMRoute?
        /// What its mixer is to be set to, and the control that was.
        var mixerChange: CardControl.Change?
        var control: CardControl?

        init() {}

        var isOpen: Bool { granted != nil }
    }

    struct Lamp {
        let lamp: Config.Lamp
        let error: GPIOError?
        let isShowing: Bool

        init(_ lamp: Config.Lamp, _ error: GPIOError?, isShowing: Bool) {
            (self.lamp, self.error, self.isShowing) = (lamp, error, isShowing)
        }
    }

    struct Relay {
        let relay: Config.Relay
        let error: GPIOError?
        let isOn: Bool

        init(_ relay: Config.Relay, _ error: GPIOError?, isOn: Bool) {
            (self.relay, self.error, self.isOn) = (relay, error, isOn)
        }
    }
}

extension Fault {
    /// Why the line of this device is not open.
    init(_ error: GPIOError, of device: String) {
        self.init(error.code, of: "\(device) on \(error.line)", error.text, fix: error.fix)
    }
}

extension Snapshot {
    /// Why a button cannot be read; nil where it can.
    func fault(of key: Lines.Key) -> Fault? {
        let device = "button \(key.button.name)"
        if let error = key.error { return Fault(error, of: device) }
        return key.isOpen ? nil : Fault("not_open", of: device, "not open yet")
    }
}

extension Snapshot.Lamp {
    var fault: Fault? { error.map { Fault($0, of: "lamp \(lamp.name)") } }
}

extension Snapshot.Relay {
    var fault: Fault? { error.map { Fault($0, of: "relay \(relay.name)") } }
}

/// Counters and gauges as they were at one moment.
struct Readings<Name: RawRepresentable> where Name.RawValue == Int {
    /// By raw value; empty when nothing has been counted yet.
    private var values: [UInt64]

    /// - Parameter values: Those of all names, by their raw values.
    init(_ values: [UInt64] = []) { self.values = values }

    subscript(_ name: Name) -> UInt64 {
        get { name.rawValue < values.count ? values[name.rawValue] : 0 }
        set {
            while values.count <= name.rawValue { values.append(0) }
            values[name.rawValue] = newValue
        }
    }
}
