package import Control
package import HAL

extension LineFault {
    /// Nothing for a line that is open.
    package init(_ error: GPIOError?) {
        switch error?.reason {
        case nil: self.init()
        case .noChip?: self.init(.noChip)
        case .noLine?: self.init(.noLine)
        case .busy(let holder)?: self.init(.busy, holder: holder.isEmpty ? nil : holder)
        case .noPermission?: self.init(.noPermission)
        case .noDevice?: self.init(.noDevice)
        case .noKey?: self.init(.noKey)
        case .noLED?: self.init(.noLED)
        case .failed?: self.init(.failed)
        }
    }
}
