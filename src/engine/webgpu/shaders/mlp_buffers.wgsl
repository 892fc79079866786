#read params: vec4f
#read uniforms: u32
#if PRE
#read x: vec4f
#end
#read residual: vec4f
#write y: vec4f
#write normal: vec4f
#write scales: f32
