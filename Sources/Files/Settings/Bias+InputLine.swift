public import Config
public import HAL

extension Config.Button.Bias {
    /// The same for the hardware.
    public var input: InputLine.Bias {
        switch self {
        case .pullUp: .pullUp
        case .pullDown: .pullDown
        case .none: .none
        }
    }
}
