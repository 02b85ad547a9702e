public import Config
public import HAL

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
